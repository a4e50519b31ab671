// cond: releasing the mutex and joining the queue are one step; locking again is an operation of
// its own. In exploration mode signal may wake any waiter, and each choice is explored.
#include "locks.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

void cond::wait(place at) {
  core::operation op = make_operation(op_kind::cond_wait, id_, this, at);
  op.second = mutex_.id_;
  op.second_address = &mutex_;
  if (detail::exploring) [[unlikely]]
    if (!core::announce(op)) return;
  if (!mutex_.locked_) throw panic(panic_kind::panic, "cond wait with its mutex unlocked", at);
  mutex_.release();
  core::block_in(waiters_, op);
  mutex_.lock(at);
}

void cond::signal(place at) {
  if (!detail::exploring) [[likely]] {
    core::wake_one(waiters_);
    return;
  }
  core::decision picked;
  const core::operation op = make_operation(op_kind::cond_signal, id_, this, at);
  if (!core::announce(std::span(&op, 1), picked) || picked.partner == nullptr) return;
  for (detail::waiter* w = waiters_.front(); w != nullptr; w = w->next) {
    if (w->g != picked.partner) continue;
    waiters_.remove(*w);
    core::current_engine().ready(*w->g);
    return;
  }
}

void cond::broadcast(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::cond_broadcast, id_, this, at))) return;
  while (core::wake_one(waiters_)) {
  }
}

}  // namespace heddle
