// What the lock primitives share: building an operation, and blocking in a queue.
//
// A lock that is given up is free until somebody takes it, the woken waiter or one that comes in
// between; a waiter that was overtaken so once is handed the lock the next time. Handing over at
// every unlock would make std::lock live-lock: its try_lock of the second mutex would never find
// it free.
#pragma once

#include "goroutine.hpp"
#include "mode.hpp"
#include "thread_sanitizer.hpp"
#include "waiter.hpp"

namespace heddle::core {

inline operation make_operation(op_kind kind, object_id object, const void* address, place at,
                                std::uint64_t value = 0) noexcept {
  operation op;
  op.kind = kind;
  op.object = object;
  op.address = address;
  op.value = value;
  op.at = at;
  return op;
}

// Blocks the running goroutine in `queue` until another takes it off and readies it.
inline void block_in(detail::wait_queue& queue, const operation& why) {
  engine& e = current_engine();
  detail::waiter self;
  self.g = e.current();
  queue.push(self);
  e.park(why);
}

// Takes the lock whose flag and queue these are. REQUIRES: `taken`.
inline void take_when_free(bool& taken, detail::wait_queue& queue, const operation& why) {
  engine& e = current_engine();
  detail::waiter self;
  self.g = e.current();
  queue.push(self);
  e.park(why);
  if (taken) {
    self.overtaken = true;
    queue.push_front(self);
    e.park(why);
  }
  taken = true;
}

// Gives such a lock up. REQUIRES: `taken`.
inline void give_up(bool& taken, detail::wait_queue& queue) {
  detail::waiter* first = queue.pop();
  taken = first != nullptr && first->overtaken;
  if (first != nullptr) current_engine().ready(*first->g);
}

// Wakes the first waiter of `queue`, if there is one.
inline bool wake_one(detail::wait_queue& queue) {
  detail::waiter* w = queue.pop();
  if (w == nullptr) return false;
  current_engine().ready(*w->g);
  return true;
}

}  // namespace heddle::core
