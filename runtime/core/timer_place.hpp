// Where a timer is kept while it is armed, and how long it lives. A template over the atomics
// (runtime/pool/atomics.hpp says what it needs), so that exploration mode can check it as it ships.
//
// Handles are counted; the shelf is an owner too, but not in the count, so that who arms and stops
// a timer changes none. Not so of a ticker, which is put on a shelf by who fires it: there a handle
// could find the count and the place as they were before, and not see that both had changed. Its
// shelf is counted like a handle. A ticker that only its shelf owns is let go at the next tick.
//
// Invariants, but for tickers:
// 1. The timer is freed by the last handle if it is off the shelf, or that handle takes it off. Else
//    it passes its count on to the shelf, by a mark at the place, and who takes the timer off has
//    it then.
// 2. Who takes it off without a handle, to fire it, becomes a counted owner before the place says
//    so: a handle that finds the timer off the shelf also finds the count.
// 3. The place is changed under the shelf's lock, but for the mark; and only the owner of a handle
//    puts the timer on a shelf.
#pragma once

#include <atomic>
#include <cstdint>

namespace heddle::detail {

template <class Atomics>
class timer_place {
 public:
  template <class T>
  using atomic = typename Atomics::template atomic<T>;
  using count = atomic<std::uint32_t>;

  explicit timer_place(bool ticks = false) : ticks_(ticks) {}

  // By the owner of a handle, which it gives up. True: it was the last owner, and frees the timer.
  // With the only handle of a timer on its shelf it calls `take_off`: true if that took the timer
  // off, or somebody else did meanwhile, to fire it; false if the timer is to stay there.
  template <class TakeOff>
  bool release(count& handles, TakeOff take_off) noexcept {
    if (ticks_) return handles.fetch_sub(1, std::memory_order_acq_rel) == 1;
    for (;;) {
      // Acquire; pairs with the other owners' releases.
      std::uint32_t owners = handles.load(std::memory_order_acquire);
      if (owners > 1) {
        if (handles.compare_exchange_strong(owners, owners - 1, std::memory_order_acq_rel))
          return false;
        continue;
      }
      // Acquire; pairs with the exchange in take_off_to_fire().
      std::uintptr_t found = place_.load(std::memory_order_acquire);
      if (found != off) {
        if (take_off()) continue;
        if (place_.compare_exchange_strong(found, found | alone, std::memory_order_acq_rel))
          return false;
      } else if (handles.load(std::memory_order_acquire) == 1) {
        return true;
      }
    }
  }

  bool release(count& handles) noexcept {
    return release(handles, [] { return false; });
  }

  // By the owner of a handle, under the lock of `shelf`, as are the others.
  void put_on(void* shelf, count& handles) noexcept {
    if (ticks_) handles.fetch_add(1, std::memory_order_relaxed);
    place_.store(reinterpret_cast<std::uintptr_t>(shelf), std::memory_order_release);
  }
  void take_off(count& handles) noexcept {
    place_.store(off, std::memory_order_release);
    if (ticks_) handles.fetch_sub(1, std::memory_order_relaxed);  // the caller has a handle
  }
  // The caller has no handle, and owns the timer from now on as if it had one.
  void take_off_to_fire(count& handles) noexcept {
    if (ticks_) return place_.store(off, std::memory_order_release);  // the shelf's share
    handles.fetch_add(1, std::memory_order_relaxed);
    if ((place_.exchange(off, std::memory_order_acq_rel) & alone) != 0)
      handles.store(1, std::memory_order_relaxed);  // nobody else has the timer
  }

  // Of a ticker, by who took it off to fire it: false if nobody else owns it, so that nobody can
  // receive what it sends, now or later. Acquire; pairs with the owners' releases.
  bool is_wanted(const count& handles) const noexcept {
    return handles.load(std::memory_order_acquire) > 1;
  }

  // The shelf, or null.
  void* shelf() const noexcept {
    return reinterpret_cast<void*>(place_.load(std::memory_order_acquire) & ~alone);
  }

 private:
  static constexpr std::uintptr_t off = 0;
  static constexpr std::uintptr_t alone = 1;  // the shelf has the last handle's count

  atomic<std::uintptr_t> place_{off};
  const bool ticks_;
};

}  // namespace heddle::detail
