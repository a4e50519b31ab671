#include "stack_store.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "stack_guards.hpp"

namespace heddle::performance {

namespace {

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

free_node* free_node_on(const core::stack& memory) noexcept {
  auto* node = new (memory.top()) free_stack;
  static_assert(sizeof(free_stack) <= 64, "a colour's worth is kept for it");
  node->memory = memory;
  return node;
}

stack_store::stack_store(std::size_t usual_bytes)
    : page_(page_bytes()),
      usual_bytes_((std::max(usual_bytes, 4 * page_) + page_ - 1) / page_ * page_),
      stride_(usual_bytes_ + page_) {}

stack_store::~stack_store() {
  if (leaked_) return;
  for (const slab& s : slabs_) core::unmap_stacks(s.base, s.stacks * stride_);
}

free_node* stack_store::map_slab() {
  const std::lock_guard hold(mutex_);
  if (!trimmed_.empty()) {  // what was mapped already comes first
    free_node* first = nullptr;
    std::uint32_t many = 0;
    for (; many < free_cache<std_atomics>::batch && !trimmed_.empty(); ++many) {
      free_node* node = free_node_on(trimmed_.back());
      trimmed_.pop_back();
      node->link = first;
      first = node;
    }
    first->batch_size = many;
    return first;
  }
  const std::size_t stacks = std::clamp(mapped() / 4 / first_slab * first_slab, first_slab, largest_slab);
  void* map = mmap(nullptr, stacks * stride_, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (map == MAP_FAILED) throw std::bad_alloc();
  char* base = static_cast<char*>(map);
  madvise(base, stacks * stride_, MADV_NOHUGEPAGE);  // a huge page would commit whole stacks
  if (!install_guards(base, stacks, stride_, page_)) {
    munmap(map, stacks * stride_);
    throw std::bad_alloc();
  }
  slabs_.push_back({base, stacks});
  populate_tops(base, stacks, stride_, page_);
  free_node* first = nullptr;
  for (std::size_t i = stacks; i-- > 0;) {
    // Neighbours lie one page apart modulo the size of a cache way, so colours also change every 16.
    const std::size_t colour = (next_colour_ + next_colour_ / 16) % colours;
    ++next_colour_;
    free_node* node = free_node_on(
        {base + i * stride_ + page_, usual_bytes_ - (colour + 1) * colour_bytes});
    node->link = first;
    first = node;
  }
  first->batch_size = static_cast<std::uint32_t>(stacks);
  mapped_.fetch_add(stacks, std::memory_order_relaxed);
  return first;
}

core::stack stack_store::take_odd(std::size_t bytes) {
  const std::lock_guard hold(mutex_);
  return odd_.take(bytes);
}

void stack_store::give_back_odd(core::stack s) {
  const std::lock_guard hold(mutex_);
  odd_.give_back(s);
}

std::size_t stack_store::trim(std::size_t keep) {
  free_node* batches = depot_.take_all();
  std::size_t kept = 0;
  std::size_t given_back = 0;
  while (batches != nullptr) {
    free_node* batch = batches;
    batches = batch->next_batch;
    batch->next_batch = nullptr;
    if (kept < keep) {
      kept += batch->batch_size;
      depot_.put(batch, batch->batch_size);
      continue;
    }
    const std::lock_guard hold(mutex_);
    while (batch != nullptr) {
      const core::stack memory = static_cast<free_stack*>(batch)->memory;
      batch = batch->link;
      madvise(memory.base, usual_bytes_, MADV_DONTNEED);
      trimmed_.push_back(memory);
      ++given_back;
    }
  }
  return given_back;
}

}  // namespace heddle::performance
