// Puts a thread to sleep and wakes it, by a futex. At most one thread parks; any may unpark it.
//
// A template over the kernel, so that exploration mode can check the shipped code. A kernel offers
// atomic<T>, as an atomics policy does (atomics.hpp), and
//
//   futex   sleep_while(word, value, deadline) sleeps while `word` is `value`, until wake(word); may
//           return early; false once the deadline has come
#pragma once

#include <atomic>
#include <cstdint>

#include "heddle/time.hpp"

namespace heddle::performance {

template <class Kernel>
class futex_parker {
 public:
  // Returns once unpark() has been called since the last return, or at `deadline`. What was done
  // before the calls that it returns for is seen after it.
  void park(time_point deadline = time_point::max()) {
    std::uint32_t found = nothing;
    if (state_.compare_exchange_strong(found, asleep, std::memory_order_acquire))
      while (state_.load(std::memory_order_acquire) == asleep &&
             futex_.sleep_while(state_, asleep, deadline)) {
      }
    // An exchange, also where the call had come already: a store could pass over another call, whose
    // maker wakes nobody, and leave what was done before that one unseen.
    state_.exchange(nothing, std::memory_order_acquire);
  }

  void unpark() {
    // Release; pairs with the acquires in park().
    if (state_.exchange(called, std::memory_order_release) == asleep) futex_.wake(state_);
  }

 private:
  static constexpr std::uint32_t nothing = 0;
  static constexpr std::uint32_t called = 1;  // unpark() was
  static constexpr std::uint32_t asleep = 2;  // the thread is about to sleep, or does

  typename Kernel::template atomic<std::uint32_t> state_{nothing};
  [[no_unique_address]] typename Kernel::futex futex_;
};

// The system's.
struct linux_futex {
  static bool sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value,
                          time_point deadline) noexcept;
  static void wake(std::atomic<std::uint32_t>& word) noexcept;
};

struct linux_kernel {
  template <class T>
  using atomic = std::atomic<T>;
  using futex = linux_futex;
};

}  // namespace heddle::performance
