// The untyped channel, after Go's hchan (runtime/chan.go): a ring buffer and two wait queues.
//
// Invariants:
// 1. At most one of senders_ and receivers_ is non-empty, but for selects that wait on both sides.
// 2. Receivers wait only while the buffer is empty, senders only while it is full.
// 3. A value is handed straight to a waiting partner; the waiter's `ok` says that it was.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "heddle/detail/channel.hpp"
#include "operation.hpp"
#include "waiter.hpp"

namespace heddle::detail {

class channel {
 public:
  channel(const element_type& type, std::size_t capacity, place at);
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;
  ~channel();

  // One attempt, without announcing and without blocking.
  enum class attempt { done, closed, would_block };
  attempt try_send(void* value);
  attempt try_recv(void* to);
  void close();  // REQUIRES: open

  bool closed() const noexcept { return closed_; }
  std::size_t len() const noexcept { return count_; }
  std::size_t cap() const noexcept { return capacity_; }
  // Whether the attempt would not block.
  bool can_send() noexcept;
  bool can_recv() noexcept;
  void drain() noexcept;  // destroys what the buffer holds

  wait_queue& senders() noexcept { return senders_; }
  wait_queue& receivers() noexcept { return receivers_; }
  core::operation describe(core::op_kind kind, place at, int branch = 0) const noexcept;

  std::atomic<std::size_t> references{1};

 private:
  std::byte* slot(std::size_t i) const noexcept;
  void push(void* value);
  void pop(void* to);

  const element_type& type_;
  const std::size_t capacity_;
  std::byte* buffer_ = nullptr;
  std::size_t head_ = 0;
  std::size_t count_ = 0;
  bool closed_ = false;
  object_id id_;
  wait_queue senders_;
  wait_queue receivers_;
};

// Closes unless closed; says whether it did. A context's cancellation: two may meet.
bool channel_try_close(channel& c, place at);
// Whether the channel is closed, as an operation.
bool channel_is_closed(channel& c, place at);
// The same for who is listed to be told of the close, if it is open: what the caller did before
// happens before the close, as if a lock were taken by both.
bool channel_register(channel& c, place at);

}  // namespace heddle::detail
