// Stacks of the usual size: reserved in slabs, a guard below each, committed as they are touched.
// Other sizes go to core::stack_pool.
//
// A slab's guards are installed, and the topmost page of each stack is populated, by one call of
// the kernel each where it has them (process_madvise on oneself, MADV_GUARD_INSTALL: since Linux
// 6.13); before that page by page, and before that with mprotect, which costs two mappings a stack
// and ends at vm.max_map_count. Tops are coloured: moved by up to 31 cache lines, so that the
// hot ends of many stacks do not fall into the same cache sets.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "atomics.hpp"
#include "free_depot.hpp"
#include "stack.hpp"

namespace heddle::performance {

// Lies above the top of a stack, where nothing else does: it may be written while the stack is left.
struct free_stack : free_node {
  core::stack memory;
};

class stack_store {
 public:
  explicit stack_store(std::size_t usual_bytes);  // throws std::bad_alloc where it is absurd
  stack_store(const stack_store&) = delete;
  stack_store& operator=(const stack_store&) = delete;
  ~stack_store();

  std::size_t usual_bytes() const noexcept { return usual_bytes_; }
  free_depot<std_atomics>& depot() noexcept { return depot_; }
  // New stacks, as a list. Throws core::no_stack.
  free_node* map_slab();
  // A stack of another size, and its return.
  core::stack take_odd(std::size_t bytes);
  void give_back_odd(core::stack s);
  bool is_odd(const core::stack& s) const noexcept {
    return s.bytes >= usual_bytes_ || s.bytes + (colours + 1) * colour_bytes <= usual_bytes_;
  }

  // Giving memory back to the system. look_over(), called now and then, picks the stacks that nobody
  // has needed since the call before the last; give_back_some() gives a batch of these back, whose
  // guards stay. False: none is left.
  bool any_idle();
  void look_over();
  bool give_back_some() noexcept;
  // Whether `address` lies in the guard below `memory`.
  bool is_guard(const void* address, const core::stack& memory) const noexcept {
    const char* base = static_cast<const char*>(memory.base);
    return address < base && address >= base - page_;
  }
  // Keeps everything mapped for good: something still runs on one of the stacks.
  void leak() noexcept { leaked_ = true; }
  // Stacks that are mapped, of any size, and the bytes that they take with their guards.
  std::size_t mapped() const noexcept {
    return usual_mapped() + odd_mapped_.load(std::memory_order_relaxed);
  }
  std::size_t mapped_bytes() const noexcept {
    return usual_mapped() * stride_ + odd_bytes_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t colours = 32;
  static constexpr std::size_t colour_bytes = 64;
  static constexpr std::size_t first_slab = 64;
  static constexpr std::size_t largest_slab = 1024;

  free_node* reused() noexcept;     // REQUIRES: mutex_
  void note_odd_mapped() noexcept;  // REQUIRES: mutex_
  std::size_t usual_mapped() const noexcept { return mapped_.load(std::memory_order_relaxed); }

  struct slab {
    char* base;
    std::size_t stacks;
  };

  const std::size_t page_;
  const std::size_t usual_bytes_;  // whole pages
  const std::size_t stride_;       // from one stack to the next: with the guard
  free_depot<std_atomics> depot_;
  std::atomic<std::size_t> mapped_{0};  // statistics; relaxed
  std::atomic<std::size_t> odd_mapped_{0};
  std::atomic<std::size_t> odd_bytes_{0};
  mutable std::mutex mutex_;            // guards the rest
  std::vector<slab> slabs_;
  free_node* leaving_ = nullptr;        // batches that are to be given back
  std::size_t being_given_back_ = 0;    // of them, without the lock
  std::vector<core::stack> untouched_;  // since they were given back
  core::stack_pool odd_;
  std::size_t next_colour_ = 0;
  bool leaked_ = false;
};

// The node of a free stack.
free_node* free_node_on(const core::stack& memory) noexcept;

}  // namespace heddle::performance
