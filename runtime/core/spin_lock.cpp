#include "heddle/detail/spin_lock.hpp"

#include <sched.h>

namespace heddle::detail {

constinit std::atomic<int> parallel_programs{0};

namespace {

constexpr int most_pauses = 256;  // 5 µs where a pause takes 20 ns
constexpr int rounds_before_yielding = 16;

void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

void back_off::pause() noexcept {
  for (int i = 0; i < pauses_; ++i) relax();
  if (pauses_ < most_pauses) pauses_ *= 2;
  ++rounds_;
  // The holder may have lost its core.
  if (rounds_ > rounds_before_yielding) sched_yield();
}

void spin_lock::lock_slow() noexcept {
  back_off wait;
  do {
    wait.pause();
    while (taken_.load(std::memory_order_relaxed)) wait.pause();
  } while (taken_.exchange(true, std::memory_order_acquire));
}

}  // namespace heddle::detail
