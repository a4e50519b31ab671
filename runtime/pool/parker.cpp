#include "parker.hpp"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <chrono>

#include "atomics.hpp"

namespace heddle::performance {

namespace {

time_point steady_now() { return time_point(std::chrono::steady_clock::now().time_since_epoch()); }

// Sleeps while *word is `value`, until the absolute time. May return early.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value,
                time_point deadline) noexcept {
  timespec until{};
  timespec* limit = nullptr;
  if (deadline != time_point::max()) {
    const auto ns = deadline.time_since_epoch().count();
    until.tv_sec = ns / 1'000'000'000;
    until.tv_nsec = ns % 1'000'000'000;
    limit = &until;
  }
  // The bitset variant takes an absolute time, of the monotonic clock that steady_clock reads.
  syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, value, limit, nullptr,
          FUTEX_BITSET_MATCH_ANY);
}

bool register_membarrier() noexcept {
#if defined(__SANITIZE_THREAD__)
  return false;
#else
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
#endif
}

}  // namespace

void futex_parker::park(time_point deadline) noexcept {
  std::uint32_t found = nothing;
  if (!state_.compare_exchange_strong(found, asleep, std::memory_order_acquire)) {
    state_.store(nothing, std::memory_order_relaxed);  // called already
    return;
  }
  while (state_.load(std::memory_order_acquire) == asleep) {
    if (deadline <= steady_now()) break;
    futex_wait(state_, asleep, deadline);
  }
  state_.exchange(nothing, std::memory_order_acquire);
}

void futex_parker::unpark() noexcept {
  if (state_.exchange(called, std::memory_order_release) == asleep)
    syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

const bool barriers_are_asymmetric = register_membarrier();

void heavy_barrier() noexcept {
  // A read-modify-write instead of a fence: ThreadSanitizer does not know fences.
  static std::atomic<int> any{0};
  any.fetch_add(1, std::memory_order_seq_cst);
  if (barriers_are_asymmetric) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

}  // namespace heddle::performance
