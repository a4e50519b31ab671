// cond: releasing the mutex and joining the queue are one step; locking again is an operation of
// its own. In exploration mode signal may wake any waiter, and each choice is explored.
#include "heddle/sync.hpp"
#include "scheduling.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

void cond::wait(place at) {
  if (detail::exploring) [[unlikely]] {
    core::operation op = make_operation(op_kind::cond_wait, id_, this, at);
    op.second = mutex_.id_;
    op.second_address = &mutex_;
    if (!core::announce(op)) return;
  }
  if ((mutex_.state_.load() & detail::lock_state::taken) == 0)
    throw panic(panic_kind::panic, "cond wait with its mutex unlocked", at);
  detail::waiter self;
  guard_.lock();
  self.g = core::self_holding(guard_);
  waiters_.push(self);
  detail::release_order(&mutex_);
  if (!mutex_.state_.give_up()) mutex_.unlock_slow(at);
  core::park(guard_, op_kind::cond_wait, id_, this, at);
  detail::acquire_order(&self);  // of who woke it
  mutex_.lock(at);
}

void cond::signal(place at) {
  detail::waiter* woken = nullptr;
  if (!detail::exploring) [[likely]] {
    if (waiters_.empty()) return;
    guard_.lock();
    woken = waiters_.pop();
    guard_.unlock();
  } else {
    core::decision picked;
    const core::operation op = make_operation(op_kind::cond_signal, id_, this, at);
    if (!core::announce(std::span(&op, 1), picked) || picked.partner == nullptr) return;
    for (woken = waiters_.front(); woken != nullptr && woken->g != picked.partner;)
      woken = woken->next;
    if (woken != nullptr) waiters_.remove(*woken);
  }
  if (woken == nullptr) return;
  detail::release_order(woken);
  core::ready(*woken->g);
}

void cond::broadcast(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::cond_broadcast, id_, this, at))) return;
  core::popped_waiters woken;
  guard_.lock();
  woken.take_all(waiters_);
  guard_.unlock();
  woken.ready_all();
}

}  // namespace heddle
