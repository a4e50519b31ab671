// The lock of an object's own fields, held for a few instructions.
//
// While one worker runs, nothing can come in between and the lock is left alone: an uncontended
// lock costs as much as several switches. `parallel` says which it is, and changes only while no
// goroutine of the program holds such a lock.
#pragma once

#include <atomic>

#include "heddle/detail/seam.hpp"

namespace heddle::detail {

// How many programs with several workers are running in this process. Relaxed: it is raised
// before the second worker starts and lowered after it has ended, and starting and joining its
// thread order the rest.
extern std::atomic<int> parallel_programs;

// Whether goroutines may run at the same time.
HEDDLE_UNWATCHED
inline bool parallel() noexcept { return parallel_programs.load(std::memory_order_relaxed) != 0; }

// The atomics of the primitives that are templates over them (runtime/pool/atomics.hpp).
struct primitive_atomics {
  template <class T>
  using atomic = std::atomic<T>;
  HEDDLE_UNWATCHED static bool shared() noexcept { return parallel(); }
};

class spin_lock {
 public:
  spin_lock() = default;
  spin_lock(const spin_lock&) = delete;
  spin_lock& operator=(const spin_lock&) = delete;

  HEDDLE_UNWATCHED void lock() noexcept {
    if (parallel()) lock_always();
  }
  // Also among threads that are not workers.
  HEDDLE_UNWATCHED void lock_always() noexcept {
    // Acquire; pairs with the release in unlock().
    if (taken_.exchange(true, std::memory_order_acquire)) [[unlikely]]
      lock_slow();
  }
  HEDDLE_UNWATCHED void unlock() noexcept { taken_.store(false, std::memory_order_release); }

 private:
  void lock_slow() noexcept;

  std::atomic<bool> taken_{false};
};

// Waits a moment longer each time: who holds a contended line then gets more done before it moves.
class back_off {
 public:
  void pause() noexcept;
  // Whether it has waited long enough for parking to be cheaper.
  bool exhausted() const noexcept { return rounds_ >= most_rounds; }

 private:
  static constexpr int most_rounds = 12;
  int pauses_ = 4;
  int rounds_ = 0;
};

}  // namespace heddle::detail
