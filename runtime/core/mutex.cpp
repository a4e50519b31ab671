// mutex: a byte, and a queue once somebody has to wait.
//
// While a woken waiter is on its way no other is woken, and the byte says that nobody is to be: who
// runs meanwhile locks and unlocks as if alone. The waiter takes up the rest of the queue again.
//
// Invariants, seen under guard_:
// 1. The `awaited` bit is set exactly while waiters_ is not empty and woken_ is false; the lock is
//    taken then. While the bit is set only holders of guard_ change the byte.
// 2. woken_ is true from when a waiter is taken off the queue without the lock until it tries again.
#include <mutex>

#include "heddle/sync.hpp"
#include "scheduling.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;
using detail::lock_state;

bool mutex::announce_lock(place at) const {
  return core::announce(make_operation(op_kind::lock, id_, this, at));
}

bool mutex::announce_try_lock(place at) const {
  return core::announce(make_operation(op_kind::try_lock, id_, this, at));
}

bool mutex::announce_unlock(place at) const {
  return core::announce(make_operation(op_kind::unlock, id_, this, at));
}

// Spins while the holder may be running on another worker; parks then.
void mutex::lock_slow(place at) {
  detail::back_off wait;
  while (performance::worth_spinning() && !wait.exhausted()) {
    wait.pause();
    if (state_.load() == 0 && state_.take()) return;
  }
  detail::waiter self;
  guard_.lock();
  self.g = core::self_holding(guard_);
  for (;;) {
    const std::uint8_t found = state_.load();
    if (found == 0) {
      const bool others = !woken_ && !waiters_.empty();
      if (!state_.change(0, lock_state::taken | (others ? lock_state::awaited : 0))) continue;
      return guard_.unlock();
    }
    if (!woken_ && !state_.change(found, lock_state::taken | lock_state::awaited)) continue;
    if (self.overtaken)
      waiters_.push_front(self);
    else
      waiters_.push(self);
    core::park(guard_, op_kind::lock, id_, this, at);
    if (self.ok) return;  // handed over
    self.overtaken = true;
    guard_.lock();
    woken_ = false;
  }
}

// Touches nothing of the mutex once it is free: who takes it next may destroy it.
void mutex::unlock_slow(place at) {
  guard_.lock();
  const std::uint8_t found = state_.load();
  if ((found & lock_state::taken) == 0) {
    guard_.unlock();
    throw panic(panic_kind::panic, "unlock of unlocked mutex", at);
  }
  detail::waiter* first = (found & lock_state::awaited) != 0 ? waiters_.pop() : nullptr;
  const bool handed_over = first != nullptr && first->overtaken;
  if (handed_over) {
    first->ok = true;
    state_.set(lock_state::taken | (waiters_.empty() ? 0 : lock_state::awaited));
  } else {
    woken_ = woken_ || first != nullptr;
    state_.set(lock_state::taken);  // nobody else changes it from here on
  }
  guard_.unlock();
  if (!handed_over) state_.set(0);
  if (first != nullptr) core::ready(*first->g);
}

}  // namespace heddle
