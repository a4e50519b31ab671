// The atomics of the lock-free parts: std::atomic's, and what goes with them. The parts (steal_deque,
// woken_ring, next_slot, parking, free_depot) are templates over such a policy, so that exploration
// mode can check the shipped code with heddle::atomic in place of std::atomic.
//
// A policy offers:
//
//   atomic<T>         load, store, exchange, compare_exchange_strong, fetch_add, fetch_sub, each
//                     taking a std::memory_order
//   shared()          whether other workers may look: where not, read-modify-writes are spared
//   light_barrier()   orders a store before it with a load after it, against a heavy_barrier() of
//   heavy_barrier()   another thread; the light one costs nothing where the kernel helps
//   parker            park(deadline) sleeps until unpark(), or returns at once if that came first
#pragma once

#include <atomic>

#include "heddle/detail/spin_lock.hpp"
#include "parker.hpp"

namespace heddle::performance {

// Whether the kernel makes heavy_barrier() do for both (membarrier, since Linux 4.14).
extern const bool barriers_are_asymmetric;
void heavy_barrier() noexcept;

struct std_atomics {
  template <class T>
  using atomic = std::atomic<T>;
  using parker = futex_parker<linux_kernel>;

  static bool shared() noexcept { return detail::parallel(); }
  static void light_barrier() noexcept {
    if (barriers_are_asymmetric) [[likely]]
      std::atomic_signal_fence(std::memory_order_seq_cst);
    else
      heavy_barrier();
  }
  static void heavy_barrier() noexcept { performance::heavy_barrier(); }
};

}  // namespace heddle::performance
