#include "stack_store.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <utility>

#include "stack_guards.hpp"
#include "valgrind_stacks.hpp"

namespace heddle::performance {

namespace {

constexpr std::size_t most_at_once = 256;  // given back: some 0.1 ms

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
      stride_(usual_bytes_ + page_) {
  if (usual_bytes > SIZE_MAX / (2 * largest_slab)) throw std::bad_alloc();
}

stack_store::~stack_store() {
  if (leaked_) return;
  for (const slab& s : slabs_) core::unmap_stacks(s.base, s.stacks * stride_);
}

// Stacks that were mapped before and are in no worker's hands.
free_node* stack_store::reused() noexcept {
  if (leaving_ != nullptr) {
    free_node* batch = leaving_;
    leaving_ = std::exchange(batch->next_batch, nullptr);
    return batch;
  }
  const std::size_t many = std::min<std::size_t>(untouched_.size(), free_cache<std_atomics>::batch);
  if (many == 0) return nullptr;
  populate_tops({untouched_.end() - static_cast<std::ptrdiff_t>(many), untouched_.end()}, page_);
  free_node* first = nullptr;
  for (std::size_t i = 0; i < many; ++i) {
    free_node* node = free_node_on(untouched_.back());
    untouched_.pop_back();
    node->link = first;
    first = node;
  }
  first->batch_size = static_cast<std::uint32_t>(many);
  return first;
}

free_node* stack_store::map_slab() {
  const std::lock_guard hold(mutex_);
  if (free_node* before = reused()) return before;
  const std::size_t stacks =
      std::clamp(usual_mapped() / 4 / first_slab * first_slab, first_slab, largest_slab);
  char* base = static_cast<char*>(core::map_stacks(stacks * stride_));
  if (!install_guards(base, stacks, stride_, page_)) {
    munmap(base, stacks * stride_);
    throw core::no_stack();
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
    core::tell_valgrind_of_stack(base + i * stride_ + page_, usual_bytes_);
  }
  first->batch_size = static_cast<std::uint32_t>(stacks);
  mapped_.fetch_add(stacks, std::memory_order_relaxed);
  return first;
}

core::stack stack_store::take_odd(std::size_t bytes) {
  const std::lock_guard hold(mutex_);
  const core::stack taken = odd_.take(bytes);
  note_odd_mapped();
  return taken;
}

void stack_store::give_back_odd(core::stack s) {
  const std::lock_guard hold(mutex_);
  odd_.give_back(s);
}

// Who holds the mutex is at work, and asks before it rests.
bool stack_store::any_idle() {
  if (!depot_.empty()) return true;
  const std::unique_lock hold(mutex_, std::try_to_lock);
  return hold && (leaving_ != nullptr || odd_.any_free());
}

// A batch that is taken from the depot and put back is young again, so it grows old only where
// nobody needs it.
void stack_store::look_over() {
  free_node* young = nullptr;
  free_node** end = &young;
  const std::lock_guard hold(mutex_);
  for (free_node* batch = depot_.take_all(); batch != nullptr;) {
    free_node* next = batch->next_batch;
    batch->next_batch = nullptr;
    if (batch->age++ == 0) {
      *end = batch;
      end = &batch->next_batch;
    } else {
      batch->next_batch = std::exchange(leaving_, batch);
    }
    batch = next;
  }
  if (young != nullptr) depot_.put_all(young);
  odd_.unmap_unneeded();
  note_odd_mapped();
}

void stack_store::note_odd_mapped() noexcept {
  odd_mapped_.store(odd_.mapped(), std::memory_order_relaxed);
  odd_bytes_.store(odd_.mapped_bytes(), std::memory_order_relaxed);
}

bool stack_store::give_back_some() noexcept {
  std::array<core::stack, most_at_once> some;
  std::size_t many = 0;
  {
    const std::lock_guard hold(mutex_);
    if (leaving_ == nullptr) return false;
    try {
      const std::size_t room = untouched_.size() + being_given_back_ + most_at_once;
      if (untouched_.capacity() < room) untouched_.reserve(2 * room);
    } catch (...) {
      return false;  // there is no memory to write down where they are
    }
    free_node* const batch = leaving_;
    free_node* left = batch;
    for (; left != nullptr && many < most_at_once; left = left->link)
      some[many++] = static_cast<free_stack*>(left)->memory;
    leaving_ = batch->next_batch;
    if (left != nullptr) {
      left->batch_size = batch->batch_size - static_cast<std::uint32_t>(many);
      left->next_batch = std::exchange(leaving_, left);
    }
    being_given_back_ += many;
  }
  give_back({some.data(), many}, page_);
  const std::lock_guard hold(mutex_);
  being_given_back_ -= many;
  untouched_.insert(untouched_.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(many));
  return true;
}

}  // namespace heddle::performance
