// A waiter: the record of a goroutine blocked in a queue, on the goroutine's own stack.
#pragma once

#include <atomic>

#include "heddle/detail/spin_lock.hpp"
#include "heddle/detail/wait_queue.hpp"

namespace heddle::core {
struct goroutine;
}

namespace heddle::detail {

// What the waiters of one select share. `winner` is the case that was decided on, or:
//
//   open      the goroutine waits; whoever comes first claims it with a compare-and-swap
//   busy      it is still going through its cases and cannot be had yet
//   passed    the same, and somebody could not have it: it must look at its cases once more
struct select_wait {
  static constexpr int open = -1;
  static constexpr int busy = -2;
  static constexpr int passed = -3;

  // Claims the select for case `index`: the case was decided on before (void), the caller decided
  // it (won), or the goroutine is busy and will look again (later).
  enum class claim { won, late, later };
  claim claim_for(int index) noexcept;

  // Acquire-release on every change: a claim sees the cases, the woken goroutine the claim.
  std::atomic<int> winner{open};
  // Held until the goroutine has left its stack; who claims it takes this before readying it.
  spin_lock leaving;
};

struct waiter {
  waiter() = default;
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;
  ~waiter() {  // also when the goroutine is torn down while it waits
    if (queue != nullptr) queue->remove(*this);
  }

  core::goroutine* g = nullptr;
  void* value = nullptr;           // where a channel's value lies, or goes
  select_wait* choice = nullptr;   // null: not a select
  wait_queue* queue = nullptr;
  waiter* next = nullptr;
  waiter* previous = nullptr;
  int index = 0;                   // the case of a select
  bool ok = false;                 // a value was handed over; false: the channel was closed
  bool overtaken = false;          // a lock's: it was woken, and found the lock taken again
};

}  // namespace heddle::detail
