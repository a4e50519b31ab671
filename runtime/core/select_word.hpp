// Which case of a waiting select runs: the word that its waiters share. A template over the atomics
// (runtime/pool/atomics.hpp says what it needs), so that exploration mode can check it as it ships.
//
//   a case >= 0  was decided on
//   open         the goroutine waits; whoever comes first claims it with a compare-and-swap
//   busy         it is still going through its cases and cannot be had yet
//   passed       the same, and somebody could not have it: it must look at its cases once more
#pragma once

#include <atomic>

namespace heddle::detail {

template <class Atomics>
class select_word {
 public:
  enum class claim { won, late, later };

  // By the select, before anybody can find it in a queue.
  void begin() noexcept {
    if (Atomics::shared()) word_.store(busy, std::memory_order_relaxed);
  }

  // By a partner. The case was decided on before (late), the caller decides it (won), or the select
  // is busy and will look again (later).
  claim claim_for(int index) noexcept {
    if (!Atomics::shared()) {
      if (word_.load(std::memory_order_relaxed) >= 0) return claim::late;
      word_.store(index, std::memory_order_relaxed);
      return claim::won;
    }
    int found = word_.load(std::memory_order_acquire);
    for (;;) {
      if (found >= 0) return claim::late;
      if (found == passed) return claim::later;
      const int wanted = found == open ? index : passed;
      // Acquire-release: a claim sees the cases, the woken goroutine the claim.
      if (word_.compare_exchange_strong(found, wanted, std::memory_order_acq_rel))
        return wanted == passed ? claim::later : claim::won;
    }
  }

  // By the select, which stands in every queue. False: somebody could not have it, and it must look
  // at its cases once more before it asks again.
  bool try_open() noexcept {
    if (!Atomics::shared()) {  // it may have been so only since begin(): another program has ended
      if (word_.load(std::memory_order_relaxed) != open) word_.store(open, std::memory_order_relaxed);
      return true;
    }
    int found = busy;
    // Pairs with the exchange in claim_for().
    if (word_.compare_exchange_strong(found, open, std::memory_order_acq_rel)) return true;
    word_.store(busy, std::memory_order_release);
    return false;
  }

  // The case that was decided on, or a negative number.
  int winner() const noexcept { return word_.load(std::memory_order_acquire); }

 private:
  static constexpr int open = -1;
  static constexpr int busy = -2;
  static constexpr int passed = -3;

  typename Atomics::template atomic<int> word_{open};
};

}  // namespace heddle::detail
