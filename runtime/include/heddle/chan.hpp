// Channels: typed conduits between goroutines (https://go.dev/ref/spec#Channel_types).
//
//   auto c = heddle::make_chan<int>(3);        // make(chan int, 3)
//   c.send(1);                                 // c <- 1
//   std::optional<int> v = c.recv();           // v, ok := <-c; empty once closed and drained
//   c.close();
//   for (int v : c) std::printf("%d\n", v);    // for v := range c
//
// A channel is a handle: copies refer to the same channel, and the last one frees it. A
// default-constructed handle is the nil channel, on which send and receive block for ever. Sending
// on a closed channel, closing one twice and closing nil panic. chan<T> converts to send_chan<T>
// and recv_chan<T>, which offer only their direction. T needs only a move constructor. Values are
// moved and destroyed under the channel's lock: neither may throw, nor use a Heddle operation.
#pragma once

#include <cstddef>
#include <iterator>
#include <new>
#include <optional>
#include <utility>

#include "heddle/detail/channel.hpp"
#include "heddle/detail/counted_handle.hpp"

namespace heddle {

namespace detail {

using channel_handle = counted_handle<channel>;

// Raw storage for a value that a receive may construct.
template <class T>
class received_value {
 public:
  received_value() = default;
  received_value(received_value&&) noexcept {}  // only empty ones are moved
  received_value& operator=(received_value&&) = delete;
  ~received_value() {
    if (full) ptr()->~T();
  }
  void* storage() noexcept { return bytes_; }
  std::optional<T> take() {
    if (!full) return std::nullopt;
    std::optional<T> taken(std::move(*ptr()));
    ptr()->~T();
    full = false;  // a select_list that runs again receives here again
    return taken;
  }
  bool full = false;

 private:
  T* ptr() noexcept { return std::launder(reinterpret_cast<T*>(bytes_)); }
  alignas(T) std::byte bytes_[sizeof(T)];
};

template <class T>
std::optional<T> receive(channel* c, place at) {
  received_value<T> value;
  value.full = channel_recv(c, value.storage(), at);
  return value.take();
}

// Range-for over a channel: each step receives; the end is a closed and drained channel.
template <class T>
class chan_iterator {
 public:
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;
  using pointer = T*;
  using reference = T&;

  chan_iterator() = default;
  chan_iterator(channel* c, place at) : c_(c), at_(at), value_(receive<T>(c_, at_)) {}
  chan_iterator(const chan_iterator&) = delete;
  chan_iterator& operator=(const chan_iterator&) = delete;
  chan_iterator(chan_iterator&&) = default;
  chan_iterator& operator=(chan_iterator&&) = default;

  T&& operator*() { return std::move(*value_); }
  chan_iterator& operator++() {
    std::optional<T> next = receive<T>(c_, at_);
    value_.reset();
    if (next) value_.emplace(std::move(*next));
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(std::default_sentinel_t) const { return !value_; }

 private:
  channel* c_ = nullptr;
  place at_;
  std::optional<T> value_;
};

}  // namespace detail

template <class T>
class chan {
 public:
  using value_type = T;

  chan() = default;  // the nil channel
  explicit chan(detail::channel_handle handle) noexcept : handle_(std::move(handle)) {}

  void send(T value, place at = place::current()) const {
    detail::channel_send(handle_.get(), &value, at);
  }
  std::optional<T> recv(place at = place::current()) const {
    return detail::receive<T>(handle_.get(), at);
  }
  void close(place at = place::current()) const { detail::channel_close(handle_.get(), at); }
  // The number of values in the buffer. An operation: exploration mode sees it.
  std::size_t len(place at = place::current()) const {
    return detail::channel_len(handle_.get(), at);
  }
  std::size_t cap() const noexcept { return detail::channel_cap(handle_.get()); }

  detail::chan_iterator<T> begin(place at = place::current()) const { return {handle_.get(), at}; }
  std::default_sentinel_t end() const { return {}; }

  explicit operator bool() const noexcept { return handle_.get() != nullptr; }
  friend bool operator==(const chan& a, const chan& b) noexcept {
    return a.handle_.get() == b.handle_.get();
  }
  const detail::channel_handle& handle() const noexcept { return handle_; }

 private:
  detail::channel_handle handle_;
};

// The sending end: Go's chan<- T.
template <class T>
class send_chan {
 public:
  using value_type = T;

  send_chan() = default;
  send_chan(const chan<T>& c) : handle_(c.handle()) {}  // implicit, as in Go

  void send(T value, place at = place::current()) const {
    detail::channel_send(handle_.get(), &value, at);
  }
  void close(place at = place::current()) const { detail::channel_close(handle_.get(), at); }
  std::size_t len(place at = place::current()) const {
    return detail::channel_len(handle_.get(), at);
  }
  std::size_t cap() const noexcept { return detail::channel_cap(handle_.get()); }
  explicit operator bool() const noexcept { return handle_.get() != nullptr; }
  const detail::channel_handle& handle() const noexcept { return handle_; }

 private:
  detail::channel_handle handle_;
};

// The receiving end: Go's <-chan T.
template <class T>
class recv_chan {
 public:
  using value_type = T;

  recv_chan() = default;
  recv_chan(const chan<T>& c) : handle_(c.handle()) {}  // implicit, as in Go

  std::optional<T> recv(place at = place::current()) const {
    return detail::receive<T>(handle_.get(), at);
  }
  std::size_t len(place at = place::current()) const {
    return detail::channel_len(handle_.get(), at);
  }
  std::size_t cap() const noexcept { return detail::channel_cap(handle_.get()); }
  detail::chan_iterator<T> begin(place at = place::current()) const { return {handle_.get(), at}; }
  std::default_sentinel_t end() const { return {}; }
  explicit operator bool() const noexcept { return handle_.get() != nullptr; }
  const detail::channel_handle& handle() const noexcept { return handle_; }

 private:
  detail::channel_handle handle_;
};

// Makes a channel whose buffer holds `capacity` values; without one, a send meets a receive.
template <class T>
chan<T> make_chan(std::size_t capacity = 0, place at = place::current()) {
  return chan<T>(
      detail::channel_handle(detail::make_channel(detail::element_type_of<T>(), capacity, at)));
}

}  // namespace heddle
