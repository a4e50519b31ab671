// The armed timers of one worker, the earliest first: a heap with four children to a node.
//
// Invariants:
// 1. Ordered by deadline, and among equal deadlines by the order of arming.
// 2. heap_[t.heap_position].timer is t, for every timer t in the heap that is not a sleeper's.
// 3. A timer's own lock is taken before the shelf's. Who takes a due timer off therefore locks it
//    afterwards, and finds by its count of armings whether it was stopped or armed again meanwhile.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "heddle/detail/spin_lock.hpp"
#include "timer.hpp"

namespace heddle::performance {

class timer_shelf {
 public:
  struct due_timer {
    detail::timer_state* timer = nullptr;  // null: none is due
    bool is_sleeper = false;
    std::uint32_t arming = 0;
  };

  // `t`, which the caller has locked or nobody else knows, lives until it is removed or due. A
  // sleeper's lies on a stack that outlasts its arming.
  void add(detail::timer_state& t);
  // By an owner, who has locked `t`. Does nothing if `t` is off the shelf: due, and about to fire.
  // REQUIRES: added here.
  void remove(detail::timer_state& t) noexcept;
  // Takes the earliest timer out if its deadline has come. The caller owns a share in it then,
  // unless it is a sleeper's.
  due_timer take_due(time_point now) noexcept;

  // When the earliest is due, time_point::max() for never. Anybody may ask. That who is about to
  // sleep and who arms a timer see each other is seen to by barriers (pool::arm,
  // pool::start_watch).
  time_point earliest() const noexcept {
    return time_point(duration(earliest_.load(std::memory_order_acquire)));
  }
  // Whether some timer would make a goroutine runnable if none can run now. A timer whose channel
  // has no receiver waiting would not: nobody is left to come for the value.
  bool any_awaited() noexcept;

 private:
  struct entry {
    time_point deadline;
    std::uint64_t sequence = 0;
    // Nobody stops a sleeper's timer, so where it stands is not noted in it, nor is it touched.
    bool is_sleeper = false;
    detail::timer_state* timer = nullptr;
  };
  static constexpr std::size_t children = 4;
  static constexpr std::size_t off_the_shelf = SIZE_MAX;

  static bool earlier(const entry& a, const entry& b) noexcept;
  void put(std::size_t position, const entry& e) noexcept;
  void sift_up(std::size_t position, const entry& rising) noexcept;
  void sift_down(std::size_t position, const entry& sinking) noexcept;
  entry take(std::size_t position) noexcept;
  void note_earliest() noexcept;

  mutable detail::spin_lock lock_;
  std::vector<entry> heap_;
  std::uint64_t armed_so_far_ = 0;
  std::atomic<duration::rep> earliest_{duration::max().count()};
};

}  // namespace heddle::performance
