// A lock as one byte: taken or not, and whether a goroutine is to be woken when it is given up. A
// template over the atomics (runtime/pool/atomics.hpp says what it needs), so that exploration mode
// can check it as it ships.
#pragma once

#include <atomic>
#include <cstdint>

#include "heddle/detail/seam.hpp"
#include "heddle/detail/spin_lock.hpp"

namespace heddle::detail {

template <class Atomics>
class basic_lock_state {
 public:
  // Takes a lock that is free.
  HEDDLE_UNWATCHED bool take() noexcept {
    std::uint8_t found = 0;
    if (!Atomics::shared()) {
      if (bits_.load(std::memory_order_relaxed) != 0) return false;
      bits_.store(taken, std::memory_order_relaxed);
      return true;
    }
    // Acquire; pairs with the release in give_up() and set().
    return bits_.compare_exchange_strong(found, taken, std::memory_order_acquire);
  }
  // Frees a lock that is taken and for which nobody is to be woken.
  HEDDLE_UNWATCHED bool give_up() noexcept {
    std::uint8_t found = taken;
    if (!Atomics::shared()) {
      if (bits_.load(std::memory_order_relaxed) != taken) return false;
      bits_.store(0, std::memory_order_relaxed);
      return true;
    }
    return bits_.compare_exchange_strong(found, 0, std::memory_order_release);
  }
  HEDDLE_UNWATCHED
  std::uint8_t load() const noexcept { return bits_.load(std::memory_order_acquire); }
  HEDDLE_UNWATCHED bool change(std::uint8_t from, std::uint8_t to) noexcept {
    return bits_.compare_exchange_strong(from, to, std::memory_order_acq_rel);
  }
  HEDDLE_UNWATCHED
  void set(std::uint8_t bits) noexcept { bits_.store(bits, std::memory_order_release); }

  static constexpr std::uint8_t taken = 1;
  static constexpr std::uint8_t awaited = 2;  // and who gives it up has to wake somebody

 private:
  typename Atomics::template atomic<std::uint8_t> bits_{0};
};

using lock_state = basic_lock_state<primitive_atomics>;

}  // namespace heddle::detail
