// Who is next on a worker: the goroutine that it readied last, apart from its queues. The owner puts
// and takes; a thief may take what the owner leaves there for long.
//
// Invariant: whoever's exchange gives an element has it.
#pragma once

#include <atomic>

namespace heddle::performance {

template <class Atomics, class T>
class next_slot {
 public:
  // The owner's. Gives back who was there before, or null.
  T* put(T* element) {
    if (!Atomics::shared()) {
      T* before = slot_.load(std::memory_order_relaxed);
      slot_.store(element, std::memory_order_relaxed);
      return before;
    }
    // Release; pairs with the acquire in take() and steal().
    return slot_.exchange(element, std::memory_order_acq_rel);
  }

  // The owner's; null where there is none, which costs no exchange.
  T* take() {
    T* element = slot_.load(std::memory_order_relaxed);
    if (element == nullptr) return nullptr;
    if (Atomics::shared()) return steal();
    slot_.store(nullptr, std::memory_order_relaxed);
    return element;
  }

  // Anybody's.
  T* steal() { return slot_.exchange(nullptr, std::memory_order_acq_rel); }

  // A hint for all but the owner.
  bool occupied() const { return slot_.load(std::memory_order_relaxed) != nullptr; }

 private:
  typename Atomics::template atomic<T*> slot_{nullptr};
};

}  // namespace heddle::performance
