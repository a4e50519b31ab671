// Who sleeps and who looks for work: how idle workers come to rest without missing any.
//
// A worker without work searches for a while and then sleeps; whoever makes work visible wakes a
// sleeper, unless one is searching, which will find it.
//
// Invariants:
// 1. A bit of sleepers_ is set by its worker only. Who clears it, the worker itself or a waker by a
//    compare-and-swap, decides: the waker then unparks the worker, which counts as searching.
// 2. Work is made visible before sleepers_ and searching_ are read (work_came); a worker sets its
//    bit and stops searching before it looks at all queues for the last time (prepare_sleep). The
//    barriers between make one of the two see the other: no wake-up is lost.
// 3. A worker takes work only while its bits of sleepers_ and retired_ are clear, and who clears
//    one counts that in changes_ before. So if each worker has one set and the count stays the same
//    during a look at every queue, all workers are idle.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>

#include "heddle/time.hpp"

namespace heddle::performance {

template <class Atomics>
class parking {
 public:
  static constexpr unsigned most_workers = 64;
  using parker = typename Atomics::parker;

  explicit parking(unsigned workers)
      : parkers_(std::make_unique<parker[]>(workers)) {}

  // To be called after work was made visible, by any thread.
  void work_came() {
    Atomics::light_barrier();
    // Relaxed: the barrier orders them.
    if (sleepers_.load(std::memory_order_relaxed) == 0) [[likely]]
      return;
    if (searching_.load(std::memory_order_relaxed) == 0) wake_one();
  }

  // Wakes a sleeper, if there is one and nobody searches.
  void wake_one() {
    do {
      std::uint32_t none = 0;
      if (!searching_.compare_exchange_strong(none, 1, std::memory_order_seq_cst)) return;
      std::uint64_t asleep = sleepers_.load(std::memory_order_seq_cst);
      while (asleep != 0) {
        const auto who = static_cast<unsigned>(std::countr_zero(asleep));
        if (!sleepers_.compare_exchange_strong(asleep, asleep & ~bit(who),
                                               std::memory_order_seq_cst))
          continue;
        changes_.fetch_add(1, std::memory_order_seq_cst);
        parkers_[who].unpark();
        return;
      }
      searching_.fetch_sub(1, std::memory_order_seq_cst);
      // Who made work visible meanwhile took this caller for a searcher and woke nobody, and a
      // worker that has gone to sleep meanwhile may not have seen that work.
    } while (sleepers_.load(std::memory_order_seq_cst) != 0);
  }

  // The same for threads that are not workers, which there are even while nothing is shared.
  void work_came_from_outside() {
    Atomics::heavy_barrier();
    if (searching_.load(std::memory_order_relaxed) == 0) wake_one();
  }

  // Sleeps without being to be woken for work, until the deadline or wake().
  void doze(unsigned who, time_point deadline) {
    parkers_[who].park(deadline);
  }

  // Wakes one worker whether it has work or not.
  void wake(unsigned who) { parkers_[who].unpark(); }

  // False where enough search already: half of the workers.
  bool begin_search(unsigned workers) {
    std::uint32_t now = searching_.load(std::memory_order_relaxed);
    do {
      if (2 * now >= workers) return false;
    } while (!searching_.compare_exchange_strong(now, now + 1, std::memory_order_seq_cst));
    return true;
  }
  // The searcher found work. There may be more: the last one to stop wakes another.
  void end_search() {
    if (searching_.fetch_sub(1, std::memory_order_seq_cst) == 1) work_came();
  }

  // `searching`: the worker counts as such, and does not any more. The caller then looks at every
  // queue once more, and either cancels or sleeps.
  void prepare_sleep(unsigned who, bool searching) {
    sleepers_.fetch_or(bit(who), std::memory_order_seq_cst);
    if (searching) searching_.fetch_sub(1, std::memory_order_seq_cst);
    if (Atomics::shared()) Atomics::heavy_barrier();
  }
  // Work was found at the last look. `searched`: the worker counted as searching before, and does
  // again, so that it wakes another once it has taken the work: there may be more, whose producer
  // relied on it. Returns whether it counts as searching; it does also if it had been woken already.
  bool cancel_sleep(unsigned who, bool searched) {
    if ((sleepers_.fetch_and(~bit(who), std::memory_order_seq_cst) & bit(who)) != 0) {
      changes_.fetch_add(1, std::memory_order_seq_cst);
      if (searched) searching_.fetch_add(1, std::memory_order_seq_cst);
      return searched;
    }
    parkers_[who].park();  // the waker's unpark is on its way
    return true;
  }
  // Sleeps after prepare_sleep. Returns as cancel_sleep does.
  bool sleep(unsigned who, time_point deadline) {
    parkers_[who].park(deadline);
    if ((sleepers_.load(std::memory_order_seq_cst) & bit(who)) == 0) return true;
    return cancel_sleep(who, false);  // the deadline has come, or wake() was called
  }

  // A surplus worker has handed over what it had and takes nothing, as if it slept, but nobody wakes
  // it for work; until it comes back, which it says before it takes anything.
  void retire(unsigned who) { retired_.fetch_or(bit(who), std::memory_order_seq_cst); }
  void come_back(unsigned who) {
    retired_.fetch_and(~bit(who), std::memory_order_seq_cst);
    changes_.fetch_add(1, std::memory_order_seq_cst);
  }

  // For finding out that nothing will ever run: whether all of `workers` sleep or have retired, and
  // a number that is the same at two looks only if none of them stopped in between.
  bool all_at_rest(unsigned workers) const {
    return (sleepers_.load(std::memory_order_seq_cst) |
            retired_.load(std::memory_order_seq_cst)) == all(workers);
  }
  std::uint64_t changes() const { return changes_.load(std::memory_order_seq_cst); }
  // A hint.
  bool any_asleep() const { return sleepers_.load(std::memory_order_relaxed) != 0; }
  int asleep() const { return std::popcount(sleepers_.load(std::memory_order_relaxed)); }

 private:
  static std::uint64_t bit(unsigned who) { return std::uint64_t{1} << who; }
  static std::uint64_t all(unsigned workers) { return ~std::uint64_t{0} >> (most_workers - workers); }

  template <class U>
  using atomic = typename Atomics::template atomic<U>;

  atomic<std::uint64_t> sleepers_{0};
  atomic<std::uint64_t> retired_{0};
  atomic<std::uint32_t> searching_{0};
  atomic<std::uint64_t> changes_{0};
  const std::unique_ptr<parker[]> parkers_;
};

}  // namespace heddle::performance
