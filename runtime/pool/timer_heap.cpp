#include "timer_heap.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "channel.hpp"

namespace heddle::performance {

bool timer_heap::earlier(const entry& a, const entry& b) noexcept {
  return a.deadline != b.deadline ? a.deadline < b.deadline : a.sequence < b.sequence;
}

void timer_heap::put(std::size_t position, entry&& e) noexcept {
  heap_[position] = std::move(e);
  heap_[position].timer->heap_position = position;
}

void timer_heap::sift_up(std::size_t position) noexcept {
  entry rising = std::move(heap_[position]);
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!earlier(rising, heap_[parent])) break;
    put(position, std::move(heap_[parent]));
    position = parent;
  }
  put(position, std::move(rising));
}

void timer_heap::sift_down(std::size_t position) noexcept {
  entry sinking = std::move(heap_[position]);
  for (;;) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && earlier(heap_[child + 1], heap_[child])) ++child;
    if (!earlier(heap_[child], sinking)) break;
    put(position, std::move(heap_[child]));
    position = child;
  }
  put(position, std::move(sinking));
}

void timer_heap::add(std::shared_ptr<detail::timer_state> t) {
  const time_point deadline = t->deadline;
  heap_.push_back({deadline, armed_so_far_++, std::move(t)});
  sift_up(heap_.size() - 1);
}

void timer_heap::remove(detail::timer_state& t) noexcept {
  const std::size_t position = t.heap_position;
  assert(position < heap_.size() && heap_[position].timer.get() == &t);
  // Kept until the heap is whole again: dropping the last share runs a destructor.
  const std::shared_ptr<detail::timer_state> removed = std::move(heap_[position].timer);
  entry last = std::move(heap_.back());
  heap_.pop_back();
  if (position == heap_.size()) return;
  put(position, std::move(last));
  sift_up(position);
  sift_down(position);  // does nothing if it went up: what came down in its place is early enough
}

std::shared_ptr<detail::timer_state> timer_heap::take_due(time_point now) noexcept {
  if (heap_.empty() || earliest() > now) return nullptr;
  std::shared_ptr<detail::timer_state> due = heap_.front().timer;
  remove(*due);
  return due;
}

bool timer_heap::any_awaited() const noexcept {
  return std::ranges::any_of(heap_, [](const entry& e) {
    return e.timer->sink == nullptr || !e.timer->sink->receivers().empty();
  });
}

}  // namespace heddle::performance
