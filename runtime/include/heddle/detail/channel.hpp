// The untyped channel behind chan<T>, after Go's hchan (runtime/chan.go): a ring buffer and two
// wait queues under one lock. Users see only the layout that inline fast paths look at.
//
// Invariants:
// 1. At most one of senders_ and receivers_ is non-empty, but for selects that wait on both sides.
// 2. Receivers wait only while the buffer is empty, senders only while it is full.
// 3. A value is handed straight to a waiting partner; the waiter's `ok` says that it was.
// 4. lock_ guards all but references_; what another goroutine may peek at is atomic.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "heddle/detail/seam.hpp"
#include "heddle/detail/spin_lock.hpp"
#include "heddle/detail/wait_queue.hpp"

namespace heddle::detail {

class channel {
 public:
  // One allocation with the buffer behind it; the caller owns a reference. `bytes_of_timer` more
  // lie in front: memory of a timer (core/timer.hpp), aligned as the channel is, which goes with
  // it.
  static channel* make(const element_type& type, std::size_t capacity, place at,
                       std::uint16_t bytes_of_timer = 0);
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  HEDDLE_UNWATCHED void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  // The owners of a timer's channel are the timer's.
  std::atomic<std::uint32_t>& references() noexcept { return references_; }
  void release() noexcept;

  // One attempt, without announcing and without blocking. `own` is the caller's select, whose
  // waiters do not count as partners.
  enum class attempt { done, closed, would_block };
  attempt try_send(void* value);
  attempt try_recv(void* to);
  // The same with lock_ held, which a `done` or `closed` releases.
  attempt send_locked(void* value, const select_wait* own = nullptr);
  attempt recv_locked(void* to, const select_wait* own = nullptr);
  // Closes unless closed; says whether it did.
  bool close();

  HEDDLE_UNWATCHED bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  HEDDLE_UNWATCHED
  std::size_t len() const noexcept { return count_.load(std::memory_order_acquire); }
  HEDDLE_UNWATCHED std::size_t cap() const noexcept { return capacity_; }
  // Whether the attempt would have blocked at some moment during the call: without the lock, for
  // polling. The channel is looked at before `closed_`, which never turns back.
  HEDDLE_UNWATCHED
  bool cannot_send() const noexcept {
    return len() == capacity_ && receivers_.empty() && !closed();
  }
  HEDDLE_UNWATCHED bool cannot_recv() const noexcept {
    return len() == 0 && (capacity_ > 0 || senders_.empty()) && !closed();
  }
  // Whether the attempt would not block. Exploration's, where no other goroutine runs meanwhile.
  HEDDLE_UNWATCHED
  bool can_send() noexcept { return closed() || len() < capacity_ || receivers_.has_waiter(); }
  HEDDLE_UNWATCHED
  bool can_recv() noexcept { return closed() || len() > 0 || senders_.has_waiter(); }
  void drain() noexcept;  // destroys what the buffer holds

  // For ThreadSanitizer: a waiter that has been woken comes after who woke it.
  void acquire_outcome(const waiter& self) const noexcept;
  bool found_closed() const noexcept;  // closed(), and if so comes after the close

  spin_lock& lock() noexcept { return lock_; }
  wait_queue& senders() noexcept { return senders_; }
  wait_queue& receivers() noexcept { return receivers_; }
  object_id id() const noexcept { return id_; }

 private:
  channel(const element_type& type, std::size_t capacity, place at, std::uint16_t bytes_of_timer);
  ~channel();

  void* slot(std::uint32_t i) noexcept;
  void push(void* value);
  void pop(void* to);
  void push_for(waiter& sender);
  void meet(waiter& partner) noexcept;
  void set_count(std::uint32_t n) noexcept { count_.store(n, std::memory_order_release); }

  spin_lock lock_;
  std::atomic<bool> closed_{false};
  const std::uint16_t bytes_of_timer_;
  std::atomic<std::uint32_t> count_{0};
  const std::uint32_t capacity_;
  std::uint32_t head_ = 0;
  wait_queue senders_;
  wait_queue receivers_;
  const element_type& type_;  // the buffer lies behind the channel
  std::atomic<std::uint32_t> references_{1};
  object_id id_;
};

inline channel* make_channel(const element_type& type, std::size_t capacity, place at) {
  return channel::make(type, capacity, at);
}
inline void retain(channel* c) noexcept {
  if (c != nullptr) c->retain();
}
inline void release(channel* c) noexcept {
  if (c != nullptr) c->release();
}

// Moves from *value. Blocks for ever on nil; panics on a closed channel.
void channel_send(channel* c, void* value, place at);
// Constructs the received value in the raw storage `to` and returns true, or returns false when
// the channel is closed and drained. Blocks for ever on nil.
bool channel_recv(channel* c, void* to, place at);
// Panics on nil and on a closed channel.
void channel_close(channel* c, place at);
std::size_t channel_len(const channel* c, place at);
inline std::size_t channel_cap(const channel* c) noexcept { return c == nullptr ? 0 : c->cap(); }

// One case of a select. `value` is moved from by a send, and is raw storage for a receive.
struct select_case {
  channel* c = nullptr;
  bool is_send = false;
  void* value = nullptr;
  bool received = false;  // out: a receive constructed a value
};

// Whether a poll finds that the case is not ready.
inline bool not_ready(const select_case& one) noexcept {
  return one.c == nullptr || (one.is_send ? one.c->cannot_send() : one.c->cannot_recv());
}

// Blocks until one case has run and returns its index, or returns -1 at once when
// `has_otherwise` and no case is ready. With no case and no otherwise it blocks for ever.
int select_cases(std::span<select_case> cases, bool has_otherwise, place at);

}  // namespace heddle::detail
