// How goroutines queue for a lock that is a byte (detail/lock_state.hpp), and are woken. A template
// over what it is made of, so that exploration mode can check it as it ships.
//
// While a woken waiter is on its way no other is woken, and the byte says that nobody is to be: who
// runs meanwhile locks and unlocks as if alone. The waiter takes up the rest of the queue again.
//
// Invariants, seen under the guard:
// 1. The `awaited` bit is set exactly while the queue is not empty and `woken` is false; the lock is
//    taken then. While the bit is set only holders of the guard change the byte.
// 2. `woken` is true from when a waiter is taken off the queue without the lock until it tries again.
#pragma once

#include <cstdint>
#include <optional>

namespace heddle::core {

// The parts of one lock, which it owns.
template <class State, class Guard, class Flag, class Queue>
struct lock_queue {
  State& state;
  Guard& guard;   // of the rest, and of changes of `state` while it is awaited
  Flag& woken;    // a waiter is on its way to try again
  Queue& waiters;

  // Takes the lock, by way of the queue. The caller holds the guard, which is released. park()
  // blocks, and releases the guard only once `self` may be woken.
  template <class Waiter, class Park>
  void wait(Waiter& self, Park park) {
    for (;;) {
      const std::uint8_t found = state.load();
      if (found == 0) {
        const bool others = !woken && !waiters.empty();
        if (!state.change(0, State::taken | (others ? State::awaited : 0))) continue;
        return guard.unlock();
      }
      if (!woken && !state.change(found, State::taken | State::awaited)) continue;
      if (self.overtaken)
        waiters.push_front(self);
      else
        waiters.push(self);
      park();
      if (self.ok) return;  // handed over
      self.overtaken = true;
      guard.lock();
      woken = false;
    }
  }

  // Gives the lock up; returns the waiter to be woken, or null. Nothing where the lock is free.
  // Touches none of the parts once the lock is free: who takes it next may destroy them.
  auto give_up() -> std::optional<decltype(waiters.pop())> {
    guard.lock();
    const std::uint8_t found = state.load();
    if ((found & State::taken) == 0) {
      guard.unlock();
      return std::nullopt;
    }
    auto* first = (found & State::awaited) != 0 ? waiters.pop() : nullptr;
    if (first != nullptr && first->overtaken) {
      first->ok = true;
      state.set(State::taken | (waiters.empty() ? 0 : State::awaited));
      guard.unlock();
      return first;
    }
    if (first != nullptr) woken = true;
    state.set(State::taken);  // nobody else changes it from here on
    guard.unlock();
    state.set(0);
    return first;
  }
};
template <class State, class Guard, class Flag, class Queue>
lock_queue(State&, Guard&, Flag&, Queue&) -> lock_queue<State, Guard, Flag, Queue>;

}  // namespace heddle::core
