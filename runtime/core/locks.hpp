// What the lock primitives share: building an operation, and blocking in a queue.
#pragma once

#include "goroutine.hpp"
#include "mode.hpp"
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

// Wakes the first waiter of `queue`, if there is one.
inline bool wake_one(detail::wait_queue& queue) {
  detail::waiter* w = queue.pop();
  if (w == nullptr) return false;
  current_engine().ready(*w->g);
  return true;
}

}  // namespace heddle::core
