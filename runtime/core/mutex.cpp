// mutex: a byte, and a queue once somebody has to wait (lock_queue.hpp).
#include "heddle/sync.hpp"
#include "lock_queue.hpp"
#include "scheduling.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

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
  core::lock_queue{state_, guard_, woken_, waiters_}.wait(self, [&]() __attribute__((always_inline)) {
    core::park(guard_, op_kind::lock, id_, this, at);
  });
}

void mutex::unlock_slow(place at) {
  const auto woken = core::lock_queue{state_, guard_, woken_, waiters_}.give_up();
  if (!woken) throw panic(panic_kind::panic, "unlock of unlocked mutex", at);
  if (*woken != nullptr) core::ready(*(*woken)->g);
}

}  // namespace heddle
