#include "stack.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <new>

#include "context_switch.hpp"
#include "valgrind_stacks.hpp"
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

const char* no_stack::what() const noexcept {
  return "no memory can be mapped for the stack of another goroutine: the process has as many "
         "mappings (sysctl vm.max_map_count) or as much address space (ulimit -v) as it may have";
}

void* map_stacks(std::size_t bytes) {
  void* map = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (map == MAP_FAILED) throw no_stack();
  madvise(map, bytes, MADV_NOHUGEPAGE);  // a huge page would commit whole stacks
  return map;
}

bool guard_page(void* page) noexcept {
  return madvise(page, page_bytes(), advice_guard_install) == 0 ||
         mprotect(page, page_bytes(), PROT_NONE) == 0;
}

void unmap_stacks(void* base, std::size_t bytes) noexcept {
  tell_valgrind_of_unmapping(base, bytes);
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
  if (bytes > std::numeric_limits<std::size_t>::max() - 2 * page) throw no_stack();
  bytes = (bytes + page - 1) / page * page;
  for (std::size_t i = free_.size(); i-- > 0;) {
    if (free_[i].bytes != bytes) continue;
    const stack found = free_[i];
    free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(i));
    if (i < unneeded_) --unneeded_;
    return found;
  }
  void* map = map_stacks(bytes + page);
  if (!guard_page(map)) {
    munmap(map, bytes + page);
    throw no_stack();
  }
  ++mapped_;
  mapped_bytes_ += bytes + page;
  const stack made{static_cast<char*>(map) + page, bytes};
  tell_valgrind_of_stack(made.base, made.bytes);
  return made;
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
