#include "timer_shelf.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "heddle/detail/channel.hpp"

namespace heddle::performance {

bool timer_shelf::earlier(const entry& a, const entry& b) noexcept {
  return a.deadline != b.deadline ? a.deadline < b.deadline : a.sequence < b.sequence;
}

void timer_shelf::put(std::size_t position, entry&& e) noexcept {
  heap_[position] = std::move(e);
  heap_[position].timer->heap_position = position;
}

void timer_shelf::sift_up(std::size_t position) noexcept {
  if (position == 0 || !earlier(heap_[position], heap_[(position - 1) / children])) {
    heap_[position].timer->heap_position = position;
    return;
  }
  entry rising = std::move(heap_[position]);
  while (position > 0) {
    const std::size_t parent = (position - 1) / children;
    if (!earlier(rising, heap_[parent])) break;
    put(position, std::move(heap_[parent]));
    position = parent;
  }
  put(position, std::move(rising));
}

void timer_shelf::sift_down(std::size_t position) noexcept {
  entry sinking = std::move(heap_[position]);
  for (;;) {
    const std::size_t first = children * position + 1;
    if (first >= heap_.size()) break;
    std::size_t least = first;
    const std::size_t end = std::min(first + children, heap_.size());
    for (std::size_t child = first + 1; child < end; ++child)
      if (earlier(heap_[child], heap_[least])) least = child;
    if (!earlier(heap_[least], sinking)) break;
    put(position, std::move(heap_[least]));
    position = least;
  }
  put(position, std::move(sinking));
}

void timer_shelf::note_earliest() noexcept {
  const duration::rep first = heap_.empty() ? duration::max().count()
                                            : heap_.front().deadline.time_since_epoch().count();
  if (first != earliest_.load(std::memory_order_relaxed))
    earliest_.store(first, std::memory_order_seq_cst);
}

void timer_shelf::add(detail::timer_state& t) {
  std::shared_ptr<detail::timer_state> share =
      t.sleeper != nullptr ? std::shared_ptr<detail::timer_state>(std::shared_ptr<void>(), &t)
                           : t.shared_from_this();
  const std::lock_guard hold(lock_);
  t.shelf = this;
  ++t.arming;
  heap_.push_back({t.deadline, armed_so_far_++, std::move(share)});
  sift_up(heap_.size() - 1);
  note_earliest();
}

std::shared_ptr<detail::timer_state> timer_shelf::take(std::size_t position) noexcept {
  std::shared_ptr<detail::timer_state> taken = std::move(heap_[position].timer);
  taken->heap_position = off_the_shelf;
  entry last = std::move(heap_.back());
  heap_.pop_back();
  if (position < heap_.size()) {
    put(position, std::move(last));
    sift_up(position);
    sift_down(position);  // does nothing if it went up: what came down is early enough
  }
  note_earliest();
  return taken;
}

void timer_shelf::remove(detail::timer_state& t) noexcept {
  std::shared_ptr<detail::timer_state> removed;  // dropped without the lock: it may run a destructor
  const std::lock_guard hold(lock_);
  ++t.arming;
  if (t.heap_position != off_the_shelf) removed = take(t.heap_position);
}

timer_shelf::due_timer timer_shelf::take_due(time_point now) noexcept {
  if (earliest() > now) return {};
  const std::lock_guard hold(lock_);
  if (heap_.empty() || heap_.front().deadline > now) return {};
  const std::uint32_t arming = heap_.front().timer->arming;
  return {take(0), arming};
}

bool timer_shelf::any_awaited() noexcept {
  const std::lock_guard hold(lock_);
  return std::ranges::any_of(heap_, [](const entry& e) {
    return e.timer->sink == nullptr || !e.timer->sink->receivers().empty();
  });
}

}  // namespace heddle::performance
