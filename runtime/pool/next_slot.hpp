// Who is next on a worker: the goroutine that it readied last, apart from its queues. The owner
// puts and takes, at every other turn; a thief may take what the owner leaves there for long, which
// is rare. So the owner's steps are plain ones, and a thief pays for both, by a barrier on the
// owner's processor (Dekker's, made asymmetric).
//
// Invariants:
// 1. The owner says that it is at the slot before it looks whether a thief is; a thief says that it
//    is there before it looks whether the owner is. The barriers between make one of the two see
//    the other.
// 2. A thief that finds the owner there gives up. An owner that finds a thief there exchanges, as
//    thieves do: whoever's exchange gives an element has it.
#pragma once

#include <atomic>

namespace heddle::performance {

template <class Atomics, class T>
class next_slot {
 public:
  // The owner's. Gives back who was there before, or null.
  T* put(T* element) {
    if (Atomics::shared()) return swap(element);
    T* before = slot_.load(std::memory_order_relaxed);
    slot_.store(element, std::memory_order_relaxed);
    return before;
  }

  // The owner's; null where there is none.
  T* take() {
    T* element = slot_.load(std::memory_order_relaxed);
    if (element == nullptr) return nullptr;
    if (Atomics::shared()) return swap(nullptr);
    slot_.store(nullptr, std::memory_order_relaxed);
    return element;
  }

  // Another worker's. Null also where the owner or another thief is at the slot.
  T* steal() {
    if (thief_.exchange(true, std::memory_order_acq_rel)) return nullptr;
    Atomics::heavy_barrier();  // pairs with the light one in swap()
    // Acquire; pairs with the release at the end of swap().
    T* taken = owner_.load(std::memory_order_acquire)
                   ? nullptr
                   : slot_.exchange(nullptr, std::memory_order_acq_rel);
    thief_.store(false, std::memory_order_release);
    return taken;
  }

  // A hint for all but the owner.
  bool occupied() const { return slot_.load(std::memory_order_relaxed) != nullptr; }

 private:
  template <class U>
  using atomic = typename Atomics::template atomic<U>;

  T* swap(T* element) {
    owner_.store(true, std::memory_order_relaxed);
    Atomics::light_barrier();
    T* before = nullptr;
    // Acquire; pairs with the release at the end of steal().
    if (thief_.load(std::memory_order_acquire)) [[unlikely]] {
      before = slot_.exchange(element, std::memory_order_acq_rel);
    } else {
      before = slot_.load(std::memory_order_relaxed);
      slot_.store(element, std::memory_order_release);  // pairs with the exchange in steal()
    }
    owner_.store(false, std::memory_order_release);
    return before;
  }

  atomic<T*> slot_{nullptr};
  atomic<bool> owner_{false};  // is at the slot, as is
  atomic<bool> thief_{false};
};

}  // namespace heddle::performance
