// A waiter: the record of a goroutine blocked in a queue, on the goroutine's own stack.
#pragma once

#include "heddle/sync.hpp"

namespace heddle::core {
struct goroutine;
}

namespace heddle::detail {

struct waiter {
  waiter() = default;
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;
  ~waiter() {  // also when the goroutine is torn down while it waits
    if (queue != nullptr) queue->remove(*this);
  }

  core::goroutine* g = nullptr;
  void* value = nullptr;   // where a channel's value lies, or goes
  bool ok = false;         // a value was handed over; false: the channel was closed
  int index = 0;           // the case of a select
  bool overtaken = false;  // a lock's: it was woken, and found the lock taken again
  int* fired = nullptr;    // the select's winner, -1 until there is one; null: not a select
  wait_queue* queue = nullptr;
  waiter* next = nullptr;
  waiter* previous = nullptr;
};

}  // namespace heddle::detail
