// The armed timers of a worker, the earliest first.
//
// Invariants:
// 1. Ordered by deadline, and among equal deadlines by the order of arming.
// 2. heap_[t.heap_position].timer is t, for every timer t in the heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "timer.hpp"

namespace heddle::performance {

class timer_heap {
 public:
  // Takes a share in `t` until it is removed or due.
  void add(std::shared_ptr<detail::timer_state> t);
  void remove(detail::timer_state& t) noexcept;  // REQUIRES: added, and not removed since
  // Takes the earliest timer out if its deadline has come; else null.
  std::shared_ptr<detail::timer_state> take_due(time_point now) noexcept;

  bool empty() const noexcept { return heap_.empty(); }
  time_point earliest() const noexcept { return heap_.front().deadline; }  // REQUIRES: not empty
  // Whether some timer would make a goroutine runnable if none can run now. A timer whose channel
  // has no receiver waiting would not: nobody is left to come for the value.
  bool any_awaited() const noexcept;

 private:
  struct entry {
    time_point deadline;
    std::uint64_t sequence;
    std::shared_ptr<detail::timer_state> timer;
  };
  static bool earlier(const entry& a, const entry& b) noexcept;
  void put(std::size_t position, entry&& e) noexcept;
  void sift_up(std::size_t position) noexcept;
  void sift_down(std::size_t position) noexcept;

  std::vector<entry> heap_;
  std::uint64_t armed_so_far_ = 0;
};

}  // namespace heddle::performance
