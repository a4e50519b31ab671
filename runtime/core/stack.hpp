// Goroutine stacks: virtual reservations with a guard page below, kept for reuse, hottest first.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace heddle::core {

struct stack {
  void* base = nullptr;   // lowest usable byte; the guard lies below
  std::size_t bytes = 0;  // usable
  void* top() const noexcept { return static_cast<char*>(base) + bytes; }
};

// No more stacks can be had. Its words are for the program's user.
class no_stack : public std::bad_alloc {
 public:
  const char* what() const noexcept override;
};

// Newer than the headers that this may be built with (MADV_GUARD_INSTALL, Linux 6.13).
inline constexpr int advice_guard_install = 102;

// Reserves memory for stacks, which costs no mapping of its own where it lies beside the last.
// Throws no_stack.
void* map_stacks(std::size_t bytes);
// Makes a page of it inaccessible, without a mapping of its own where the kernel can do that.
// False: impossible.
bool guard_page(void* page) noexcept;
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

  // At least `bytes`, rounded up to pages. Throws no_stack where no memory can be mapped.
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
