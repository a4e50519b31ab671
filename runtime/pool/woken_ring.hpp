// A bounded queue with one producer, first in, first out, after Go's local run queue
// (runtime/proc.go): its owner pushes and pops, thieves take half. For goroutines that were woken.
//
// Invariants:
// 1. head_ and tail_ only grow; the elements are those from head_ to tail_.
// 2. Only the owner changes tail_ and the slots. Whoever moves head_ has what it moved past.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace heddle::performance {

template <class Atomics, class T, std::uint32_t Capacity = 256>
class woken_ring {
 public:
  static constexpr std::uint32_t capacity = Capacity;
  static_assert((Capacity & (Capacity - 1)) == 0);

  // The owner's. False when full.
  bool push(T* element) {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    // Acquire; pairs with the compare-exchange of a thief, who has read the slot by then.
    if (tail - head_.load(std::memory_order_acquire) == Capacity) return false;
    slots_[tail % Capacity].store(element, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);  // pairs with the load in steal_half()
    return true;
  }

  // The owner's: the oldest, or null.
  T* pop() {
    std::uint32_t head = head_.load(std::memory_order_relaxed);
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (!Atomics::shared()) {
      if (head == tail) return nullptr;
      head_.store(head + 1, std::memory_order_relaxed);
      return slots_[head % Capacity].load(std::memory_order_relaxed);
    }
    while (head != tail) {
      T* element = slots_[head % Capacity].load(std::memory_order_relaxed);
      if (head_.compare_exchange_strong(head, head + 1, std::memory_order_acq_rel)) return element;
    }
    return nullptr;
  }

  // Anybody's: takes the older half, rounded up, into `out`; returns how many, 0 where there is
  // none or another was faster. `out` has room for Capacity / 2.
  std::uint32_t steal_half(T** out) {
    std::uint32_t head = head_.load(std::memory_order_acquire);
    const std::uint32_t tail = tail_.load(std::memory_order_acquire);
    const std::uint32_t size = tail - head;
    const std::uint32_t many = size - size / 2;
    if (many == 0 || many > Capacity / 2) return 0;  // more: head is older than tail
    for (std::uint32_t i = 0; i < many; ++i)
      out[i] = slots_[(head + i) % Capacity].load(std::memory_order_relaxed);
    // Release: the owner overwrites the slots only after they were read. Pairs with push().
    return head_.compare_exchange_strong(head, head + many, std::memory_order_acq_rel) ? many : 0;
  }

  // A hint for all but the owner.
  std::uint32_t size() const {
    const std::uint32_t head = head_.load(std::memory_order_acquire);
    const std::uint32_t tail = tail_.load(std::memory_order_acquire);
    return tail - head <= Capacity ? tail - head : 0;
  }

 private:
  template <class U>
  using atomic = typename Atomics::template atomic<U>;

  alignas(64) atomic<std::uint32_t> tail_{0};
  alignas(64) atomic<std::uint32_t> head_{0};
  atomic<T*> slots_[Capacity] = {};
};

}  // namespace heddle::performance
