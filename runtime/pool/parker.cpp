#include "parker.hpp"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "atomics.hpp"

namespace heddle::performance {

namespace {

bool register_membarrier() noexcept {
#if defined(__SANITIZE_THREAD__)
  return false;
#else
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
#endif
}

}  // namespace

bool linux_futex::sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value,
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
  const long result = syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, value, limit, nullptr,
                              FUTEX_BITSET_MATCH_ANY);
  // A deadline before the clock began is invalid, and has come.
  return result == 0 || errno == EAGAIN || errno == EINTR;
}

void linux_futex::wake(std::atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

const bool barriers_are_asymmetric = register_membarrier();

void heavy_barrier() noexcept {
  // A read-modify-write instead of a fence: ThreadSanitizer does not know fences.
  static std::atomic<int> any{0};
  any.fetch_add(1, std::memory_order_seq_cst);
  if (barriers_are_asymmetric) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

}  // namespace heddle::performance
