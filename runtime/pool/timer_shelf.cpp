#include "timer_shelf.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "heddle/detail/channel.hpp"
#include "heddle/detail/thread_sanitizer.hpp"

namespace heddle::performance {

bool timer_shelf::earlier(const entry& a, const entry& b) noexcept {
  return a.deadline != b.deadline ? a.deadline < b.deadline : a.sequence < b.sequence;
}

void timer_shelf::put(std::size_t position, const entry& e) noexcept {
  heap_[position] = e;
  if (!e.is_sleeper) e.timer->heap_position = position;
}

// For `rising`, whose place is `position` or above.
void timer_shelf::sift_up(std::size_t position, const entry& rising) noexcept {
  while (position > 0) {
    const std::size_t parent = (position - 1) / children;
    if (!earlier(rising, heap_[parent])) break;
    put(position, heap_[parent]);
    position = parent;
  }
  put(position, rising);
}

// For `sinking`, whose place is `position` or below.
void timer_shelf::sift_down(std::size_t position, const entry& sinking) noexcept {
  for (;;) {
    const std::size_t first = children * position + 1;
    if (first >= heap_.size()) break;
    std::size_t least = first;
    const std::size_t end = std::min(first + children, heap_.size());
    for (std::size_t child = first + 1; child < end; ++child)
      if (earlier(heap_[child], heap_[least])) least = child;
    if (!earlier(heap_[least], sinking)) break;
    put(position, heap_[least]);
    position = least;
  }
  put(position, sinking);
}

void timer_shelf::note_earliest() noexcept {
  const duration::rep first =
      heap_.empty() ? duration::max().count() : heap_.front().deadline.time_since_epoch().count();
  if (first != earliest_.load(std::memory_order_relaxed))
    earliest_.store(first, std::memory_order_release);
}

void timer_shelf::add(detail::timer_state& t) {
  [[maybe_unused]] const detail::unwatched_scope growing;
  const std::lock_guard hold(lock_);
  heap_.emplace_back();
  if (t.sleeper == nullptr) t.home.put_on(this, detail::handles_of(t));
  ++t.arming;
  sift_up(heap_.size() - 1, {t.deadline, armed_so_far_++, t.sleeper != nullptr, &t});
  note_earliest();
}

timer_shelf::entry timer_shelf::take(std::size_t position) noexcept {
  const entry taken = heap_[position];
  if (!taken.is_sleeper) taken.timer->heap_position = off_the_shelf;
  const entry last = heap_.back();
  heap_.pop_back();
  if (position < heap_.size()) {
    if (position > 0 && earlier(last, heap_[(position - 1) / children]))
      sift_up(position, last);
    else
      sift_down(position, last);
  }
  note_earliest();
  return taken;
}

void timer_shelf::remove(detail::timer_state& t) noexcept {
  const std::lock_guard hold(lock_);
  ++t.arming;
  if (t.heap_position == off_the_shelf) return;
  take(t.heap_position);
  t.home.take_off(detail::handles_of(t));
}

timer_shelf::due_timer timer_shelf::take_due(time_point now) noexcept {
  if (earliest() > now) return {};
  const std::lock_guard hold(lock_);
  if (heap_.empty() || heap_.front().deadline > now) return {};
  const entry first = take(0);
  const due_timer due{first.timer, first.is_sleeper, first.timer->arming};
  if (!due.is_sleeper) due.timer->home.take_off_to_fire(detail::handles_of(*due.timer));
  return due;
}

bool timer_shelf::any_awaited() noexcept {
  const std::lock_guard hold(lock_);
  return std::ranges::any_of(heap_, [](const entry& e) {
    return e.timer->sink == nullptr || !e.timer->sink->receivers().empty();
  });
}

}  // namespace heddle::performance
