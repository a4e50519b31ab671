// Goroutine stacks: virtual reservations with a guard page below, kept for reuse, hottest first.
#pragma once

#include <cstddef>
#include <vector>

namespace heddle::core {

struct stack {
  void* base = nullptr;   // lowest usable byte; the guard lies below
  std::size_t bytes = 0;  // usable
  void* top() const noexcept { return static_cast<char*>(base) + bytes; }
};

// Unmaps memory that held stacks. What AddressSanitizer knows of their frames goes with it: it would be
// believed of what is mapped there next.
void unmap_stacks(void* base, std::size_t bytes) noexcept;

// Not thread-safe: one pool for each engine.
class stack_pool {
 public:
  stack_pool() = default;
  stack_pool(const stack_pool&) = delete;
  stack_pool& operator=(const stack_pool&) = delete;
  ~stack_pool();

  // At least `bytes`, rounded up to pages. Throws std::bad_alloc where no memory can be mapped.
  stack take(std::size_t bytes);
  void give_back(stack s);
  bool any_free() const noexcept { return !free_.empty(); }
  // Stacks that are mapped, in use or free; and their bytes, guards included.
  std::size_t mapped() const noexcept { return mapped_; }
  std::size_t mapped_bytes() const noexcept { return mapped_bytes_; }
  // Unmaps those that lay unused since the last call.
  void unmap_unneeded() noexcept;

 private:
  std::vector<stack> free_;    // the latest to be given back last
  std::size_t unneeded_ = 0;  // of these, from the first on: since unmap_unneeded()
  std::size_t mapped_ = 0;
  std::size_t mapped_bytes_ = 0;
};

}  // namespace heddle::core
