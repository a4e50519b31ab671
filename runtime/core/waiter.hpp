// A waiter: the record of a goroutine blocked in a queue, on the goroutine's own stack.
#pragma once

#include "heddle/detail/spin_lock.hpp"
#include "heddle/detail/wait_queue.hpp"
#include "select_word.hpp"

namespace heddle::core {
struct goroutine;
}

namespace heddle::detail {

// What the waiters of one select share.
struct select_wait {
  select_word<primitive_atomics> word;
  // Held until the goroutine has left its stack; who claims the select takes this before readying it.
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
