// The work-stealing deque of Chase and Lev ("Dynamic Circular Work-Stealing Deque", 2005): its owner
// pushes and pops at the bottom, the newest first; thieves take the oldest from the top. For newly
// spawned goroutines: the owner goes depth first, so that few stacks are in use at a time, and
// thieves get what is nearest to the root.
//
// Invariants:
// 1. top_ only grows. The elements are those from top_ to bottom_.
// 2. Only the owner changes bottom_ and the array; an array that was outgrown is kept, since a thief
//    may be reading it.
// 3. Of an owner and a thief that want the last element, the one that moves top_ has it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace heddle::performance {

template <class Atomics, class T>
class steal_deque {
 public:
  // `capacity` is where it starts, a power of two.
  explicit steal_deque(std::size_t capacity = 256) {
    install(capacity);
    array_.store(own_, std::memory_order_release);
  }
  steal_deque(const steal_deque&) = delete;
  steal_deque& operator=(const steal_deque&) = delete;

  // The owner's.
  void push(T* element) {
    const std::uint64_t bottom = bottom_.load(std::memory_order_relaxed);
    // Acquire; pairs with the compare-exchange of a thief, who has read the slot by then.
    const std::uint64_t top = top_.load(std::memory_order_acquire);
    if (bottom - top > own_->mask) [[unlikely]]
      grow(top, bottom);
    own_->at(bottom).store(element, std::memory_order_relaxed);
    bottom_.store(bottom + 1, std::memory_order_release);  // pairs with the load in steal()
  }

  // The owner's: the newest, or null.
  T* pop() {
    const std::uint64_t bottom = bottom_.load(std::memory_order_relaxed);
    if (top_.load(std::memory_order_relaxed) >= bottom) return nullptr;
    const std::uint64_t last = bottom - 1;
    if (!Atomics::shared()) {
      bottom_.store(last, std::memory_order_relaxed);
      return own_->at(last).load(std::memory_order_relaxed);
    }
    // Sequentially consistent, as is the load after it: either a thief sees the new bottom or its
    // new top is seen here. Pairs with the two loads in steal().
    bottom_.exchange(last, std::memory_order_seq_cst);
    std::uint64_t top = top_.load(std::memory_order_seq_cst);
    if (top < last) return own_->at(last).load(std::memory_order_relaxed);
    T* element = nullptr;
    if (top == last && top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst))
      element = own_->at(last).load(std::memory_order_relaxed);
    bottom_.store(bottom, std::memory_order_release);
    return element;
  }

  // Anybody's: the oldest, or null where there is none or another was faster.
  T* steal() {
    std::uint64_t top = top_.load(std::memory_order_seq_cst);
    const std::uint64_t bottom = bottom_.load(std::memory_order_seq_cst);
    if (top >= bottom) return nullptr;
    // Acquire; pairs with the release in install(). An array that has been outgrown since still
    // holds the element, unless another took it, which the compare-exchange finds.
    T* element = array_.load(std::memory_order_acquire)->at(top).load(std::memory_order_relaxed);
    if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) return nullptr;
    return element;
  }

  // A hint for all but the owner.
  std::size_t size() const {
    const std::uint64_t top = top_.load(std::memory_order_acquire);
    const std::uint64_t bottom = bottom_.load(std::memory_order_acquire);
    return bottom > top ? static_cast<std::size_t>(bottom - top) : 0;
  }

 private:
  template <class U>
  using atomic = typename Atomics::template atomic<U>;

  struct array {
    explicit array(std::size_t capacity)
        : mask(capacity - 1), slots(std::make_unique<atomic<T*>[]>(capacity)) {}
    atomic<T*>& at(std::uint64_t position) { return slots[position & mask]; }
    const std::uint64_t mask;
    const std::unique_ptr<atomic<T*>[]> slots;
  };

  void install(std::size_t capacity) {
    arrays_.push_back(std::make_unique<array>(capacity));
    own_ = arrays_.back().get();
  }

  void grow(std::uint64_t top, std::uint64_t bottom) {
    array& old = *own_;
    install(2 * (old.mask + 1));
    for (std::uint64_t i = top; i != bottom; ++i)
      own_->at(i).store(old.at(i).load(std::memory_order_relaxed), std::memory_order_relaxed);
    array_.store(own_, std::memory_order_release);  // pairs with the load in steal()
  }

  std::vector<std::unique_ptr<array>> arrays_;  // the last is in use
  array* own_ = nullptr;                        // the owner's copy of array_
  atomic<array*> array_{nullptr};
  alignas(64) atomic<std::uint64_t> bottom_{0};
  alignas(64) atomic<std::uint64_t> top_{0};
};

}  // namespace heddle::performance
