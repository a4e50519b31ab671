// What was done to memory in one execution: for each location the accesses that a later one may
// race with.
//
// After FastTrack (Flanagan, Freund, PLDI 2009): an access is remembered by its epoch, who and when,
// and is compared with a vector clock by one number; an access that repeats the last one in the same
// epoch is not looked at. Unlike there, not only the last write and the reads since are kept but
// the last access of each goroutine at each place of the program. So every racing pair of places
// is found in every execution that has it, and not only the first.
//
// Invariants:
// 1. A location lists accesses latest first; no two by the same goroutine, place, kind and bytes.
// 2. Lists are bounded: beyond `most_kept` the oldest is overwritten.
#pragma once

#include <cstdint>
#include <vector>

#include "trace.hpp"

namespace heddle::explore {

// What is remembered of an access.
struct kept_access {
  plain_access what;
  std::uint64_t place_key = 0;  // equal for the same place of the program
  std::uint32_t epoch = 0;
  std::uint8_t first_byte = 0;  // of the location
  std::uint8_t bytes = 1;
  bool is_atomic = false;
  std::uint32_t calls = 0;      // the stack of calls, where it is known
  std::uint32_t next = 0;       // in the location's list
};

class access_history {
 public:
  using location = std::uint32_t;  // the head of a list; 0: nothing was done there
  static constexpr std::size_t most_kept = 64;

  // Forgets everything; keeps memory. Locations are the caller's to reset.
  void clear() { used_ = 0; }

  // Whether the location's last access was this very one, in the same epoch.
  bool repeats(location l, const kept_access& a) const {
    if (l == 0) return false;
    const kept_access& last = kept_[l];
    return last.epoch == a.epoch && last.place_key == a.place_key && last.what.who == a.what.who &&
           last.what.is_write == a.what.is_write && last.first_byte == a.first_byte &&
           last.bytes == a.bytes && last.is_atomic == a.is_atomic;
  }

  // Calls `conflicts(earlier)` for each access of another goroutine that `a` would conflict with,
  // then remembers `a`.
  template <class F>
  void add(location& l, const kept_access& a, F&& conflicts);

 private:
  static bool same_place(const kept_access& a, const kept_access& b) {
    return a.place_key == b.place_key && a.what.is_write == b.what.is_write &&
           a.first_byte == b.first_byte && a.bytes == b.bytes && a.is_atomic == b.is_atomic;
  }
  static bool conflict(const kept_access& a, const kept_access& b) {
    return (a.what.is_write || b.what.is_write) && !(a.is_atomic && b.is_atomic) &&
           a.first_byte < b.first_byte + b.bytes && b.first_byte < a.first_byte + a.bytes;
  }
  location fresh();

  std::vector<kept_access> kept_{1};
  std::uint32_t used_ = 0;
};

inline access_history::location access_history::fresh() {
  if (++used_ == kept_.size()) kept_.emplace_back();
  return used_;
}

template <class F>
void access_history::add(location& l, const kept_access& a, F&& conflicts) {
  location before_own = 0;  // the one in front of an access that `a` replaces
  location own = 0;
  location before_last = 0;
  location last = 0;
  std::size_t length = 0;
  for (location at = l; at != 0; at = kept_[at].next) {
    const kept_access& earlier = kept_[at];
    if (earlier.what.who == a.what.who) {
      if (own == 0 && same_place(earlier, a)) {
        own = at;
        before_own = last;
      }
    } else if (conflict(earlier, a)) {
      conflicts(earlier);
    }
    before_last = last;
    last = at;
    ++length;
  }
  if (own == 0 && length >= most_kept) {
    own = last;
    before_own = before_last;
  }
  const location there = own != 0 ? own : fresh();
  if (own != 0 && before_own != 0) kept_[before_own].next = kept_[own].next;
  const location behind = own != 0 && before_own == 0 ? kept_[own].next : l;
  kept_[there] = a;
  kept_[there].next = behind;
  l = there;
}

}  // namespace heddle::explore
