// mutex: a byte, and a queue once somebody has to wait.
//
// Invariants:
// 1. The `awaited` bit is set exactly while waiters_ is not empty, seen under guard_.
// 2. While it is set only holders of guard_ change the byte.
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
    if ((found & lock_state::taken) == 0) {
      if (state_.change(found, found | lock_state::taken)) break;
    } else if (state_.change(found, found | lock_state::awaited)) {
      if (self.overtaken)
        waiters_.push_front(self);
      else
        waiters_.push(self);
      core::park(guard_, op_kind::lock, id_, this, at);
      if (self.ok) return;  // handed over
      self.overtaken = true;
      guard_.lock();
    }
  }
  guard_.unlock();
}

// Free, but awaited: the woken waiter is on its way, and may be overtaken.
bool mutex::try_lock_slow() noexcept {
  if (state_.load() != lock_state::awaited) return false;
  const std::lock_guard hold(guard_);
  return state_.change(lock_state::awaited, lock_state::awaited | lock_state::taken);
}

void mutex::unlock_slow(place at) {
  guard_.lock();
  if ((state_.load() & lock_state::taken) == 0) {
    guard_.unlock();
    throw panic(panic_kind::panic, "unlock of unlocked mutex", at);
  }
  detail::waiter* first = waiters_.pop();
  const bool handed_over = first != nullptr && first->overtaken;
  state_.set(static_cast<std::uint8_t>((handed_over ? lock_state::taken : 0) |
                                       (waiters_.empty() ? 0 : lock_state::awaited)));
  guard_.unlock();
  if (first == nullptr) return;
  first->ok = handed_over;
  core::ready(*first->g);
}

}  // namespace heddle
