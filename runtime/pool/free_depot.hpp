// What workers have too much of, in batches: free goroutine records and stacks. A worker keeps what
// it freed last, the hottest first, and exchanges batches with the others here.
//
// Invariants:
// 1. A batch is a list by `link`; the depot is a list of batches by `next_batch` of their first.
// 2. A batch is put by a compare-exchange and taken with all others by an exchange, and the rest is
//    put back: no node is compared with that was taken and put again in between.
#pragma once

#include <atomic>
#include <cstdint>

namespace heddle::performance {

// Lies in the memory of what is free.
struct free_node {
  free_node* link = nullptr;
  free_node* next_batch = nullptr;
  std::uint32_t batch_size = 0;  // of a batch's first, as is the next
  std::uint32_t age = 0;         // how often it was found unused in the depot
};

template <class Atomics>
class free_depot {
 public:
  void put(free_node* batch, std::uint32_t size) {
    batch->batch_size = size;
    batch->age = 0;
    splice(batch, batch);
  }

  // A batch, or null.
  free_node* take() {
    if (batches_.load(std::memory_order_relaxed) == nullptr) return nullptr;
    // Acquire; pairs with the release in splice().
    free_node* first = batches_.exchange(nullptr, std::memory_order_acquire);
    if (first == nullptr) return nullptr;
    if (free_node* rest = first->next_batch) {
      free_node* none = nullptr;
      if (!batches_.compare_exchange_strong(none, rest, std::memory_order_acq_rel))
        put_all(rest);  // rare: a batch was put meanwhile
    }
    first->next_batch = nullptr;
    return first;
  }

  // All batches at once, the one that was put last first; and their return.
  free_node* take_all() { return batches_.exchange(nullptr, std::memory_order_acquire); }
  void put_all(free_node* first) {
    free_node* last = first;
    while (last->next_batch != nullptr) last = last->next_batch;
    splice(first, last);
  }
  bool empty() const { return batches_.load(std::memory_order_relaxed) == nullptr; }  // a hint

 private:
  void splice(free_node* first, free_node* last) {
    free_node* found = batches_.load(std::memory_order_relaxed);
    do last->next_batch = found;
    while (!batches_.compare_exchange_strong(found, first, std::memory_order_acq_rel));
  }

  typename Atomics::template atomic<free_node*> batches_{nullptr};
};

// A worker's own free nodes, the hottest first, with the depot behind them.
template <class Atomics>
class free_cache {
 public:
  static constexpr std::uint32_t batch = 64;

  explicit free_cache(free_depot<Atomics>& depot) : depot_(depot) {}
  free_cache(const free_cache&) = delete;
  free_cache& operator=(const free_cache&) = delete;

  // A node, or null where depot and cache are empty.
  free_node* take() {
    if (first_ == nullptr) [[unlikely]] {
      first_ = depot_.take();
      if (first_ == nullptr) return nullptr;
      size_ = first_->batch_size;
    }
    free_node* taken = first_;
    first_ = taken->link;
    --size_;
    return taken;
  }

  void put(free_node* node) {
    node->link = first_;
    node->next_batch = nullptr;
    first_ = node;
    if (++size_ >= 2 * batch) [[unlikely]]
      give_older_half();
  }

  // Takes a list of new nodes over. REQUIRES: empty.
  void adopt(free_node* list) {
    first_ = list;
    size_ = list->batch_size;
  }
  bool empty() const { return first_ == nullptr; }

  // Gives everything to the depot.
  void flush() {
    if (first_ != nullptr) depot_.put(first_, size_);
    first_ = nullptr;
    size_ = 0;
  }

 private:
  void give_older_half() {
    free_node* last = first_;
    for (std::uint32_t i = 1; i < batch; ++i) last = last->link;
    depot_.put(last->link, size_ - batch);
    last->link = nullptr;
    size_ = batch;
  }

  free_depot<Atomics>& depot_;
  free_node* first_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace heddle::performance
