#include "stack.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <new>

#include "context_switch.hpp"
#ifdef HEDDLE_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace heddle::core {

namespace {

std::size_t page_bytes() {
  static const std::size_t bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

void unmap(const stack& s) {
  unmap_stacks(static_cast<char*>(s.base) - page_bytes(), s.bytes + page_bytes());
}

}  // namespace

void unmap_stacks(void* base, std::size_t bytes) noexcept {
#ifdef HEDDLE_ASAN
  __asan_unpoison_memory_region(base, bytes);
#endif
  munmap(base, bytes);
}

stack_pool::~stack_pool() {
  for (const stack& s : free_) unmap(s);
}

stack stack_pool::take(std::size_t bytes) {
  const std::size_t page = page_bytes();
  if (bytes > std::numeric_limits<std::size_t>::max() - 2 * page) throw std::bad_alloc();
  bytes = (bytes + page - 1) / page * page;
  for (std::size_t i = free_.size(); i-- > 0;) {
    if (free_[i].bytes != bytes) continue;
    const stack found = free_[i];
    free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(i));
    if (i < unneeded_) --unneeded_;
    return found;
  }
  void* map = mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (map == MAP_FAILED) throw std::bad_alloc();
  if (mprotect(map, page, PROT_NONE) != 0) {
    munmap(map, bytes + page);
    throw std::bad_alloc();
  }
  ++mapped_;
  mapped_bytes_ += bytes + page;
  return {static_cast<char*>(map) + page, bytes};
}

void stack_pool::give_back(stack s) { free_.push_back(s); }

void stack_pool::unmap_unneeded() noexcept {
  const auto end = free_.begin() + static_cast<std::ptrdiff_t>(unneeded_);
  std::for_each(free_.begin(), end, [this](const stack& s) {
    unmap(s);
    --mapped_;
    mapped_bytes_ -= s.bytes + page_bytes();
  });
  free_.erase(free_.begin(), end);
  unneeded_ = free_.size();
}

}  // namespace heddle::core
