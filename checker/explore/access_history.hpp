// What was done to memory in one execution: for each location the accesses that a later one may
// race with.
//
// After FastTrack (Flanagan, Freund, PLDI 2009): an access is remembered by its epoch, who and
// when, and is compared with a vector clock by one number; an access that adds nothing to the last
// one in the same epoch is not looked at. Of each goroutine a location keeps the last write and the
// reads since. For variables it keeps more, the last access at each place of the program, so that
// every racing pair of places is found in every execution that has it, and not only the last.
//
// Invariants:
// 1. A location lists accesses latest first; none is made needless by a later one.
// 2. Lists are bounded: beyond `most_kept` the oldest is overwritten.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "trace.hpp"

namespace heddle::explore {

// What is remembered of an access.
struct kept_access {
  std::uint64_t place_key = 0;    // equal for the same place of the program; where `place` is 0 its code
  actor_id who = no_actor;
  std::uint32_t epoch = 0;
  std::uint32_t position = 0;     // how many events `who` had before
  std::uint32_t after_event = 0;  // how many there had been
  std::uint32_t detail = 0;       // of a variable: which place, see race_detector; else which calls
  std::uint32_t next = 0;         // in the location's list
  std::uint8_t first_byte = 0;    // of the location
  std::uint8_t bytes = 1;
  bool is_write = false;
  bool is_atomic = false;
  bool of_variable = false;       // each place counts
  bool is_ordered = false;        // after all that it conflicts with, of the list that it begins
};

// Which bytes of a location a plain access touches, and how.
struct touched_bytes {
  std::uint8_t first = 0;
  std::uint8_t count = 1;
  bool is_write = false;
};

class access_history {
 public:
  using location = std::uint32_t;  // the head of a list; 0: nothing was done there
  static constexpr std::size_t most_kept = 64;

  // Field by field: they have just been written so, and the processor holds back a wider load.
  static void copy(kept_access& to, const kept_access& from) {
    const auto alone = [](const auto& field) {
      return *static_cast<const volatile std::remove_cvref_t<decltype(field)>*>(&field);
    };
    to.place_key = alone(from.place_key);
    to.who = alone(from.who);
    to.epoch = alone(from.epoch);
    to.position = alone(from.position);
    to.after_event = alone(from.after_event);
    to.detail = alone(from.detail);
    to.first_byte = alone(from.first_byte);
    to.bytes = alone(from.bytes);
    to.is_write = alone(from.is_write);
    to.is_atomic = alone(from.is_atomic);
    to.of_variable = alone(from.of_variable);
    to.is_ordered = alone(from.is_ordered);
  }

  // Forgets everything; keeps memory. Locations are the caller's to reset.
  void clear() { used_ = 0; }

  // Whether the location's last access, in the same epoch, stands for this one too.
  bool repeats(location l, const kept_access& a) const {
    if (l == 0) return false;
    const kept_access& last = kept_[l];
    return last.epoch == a.epoch && last.who == a.who && stands_for(last, a);
  }
  // Where a goroutine uses what nobody else does: puts `a` in place of its last access there, or
  // takes both as one.
  bool replaces_the_only_one(location l, const kept_access& a) {
    if (l == 0) return false;
    kept_access& last = kept_[l];
    if (last.next != 0 || last.who != a.who) return false;
    if (stands_for(a, last)) {
      last = a;
      return true;
    }
    if (last.epoch != a.epoch || last.is_write != a.is_write || last.is_atomic != a.is_atomic ||
        a.of_variable || last.of_variable)
      return false;
    const int first = std::min(last.first_byte, a.first_byte);
    const int end = std::max(last.first_byte + last.bytes, a.first_byte + a.bytes);
    if (end - first > last.bytes + a.bytes) return false;  // bytes between them were not touched
    last = a;
    last.first_byte = static_cast<std::uint8_t>(first);
    last.bytes = static_cast<std::uint8_t>(end - first);
    return true;
  }

  // Calls `conflicts(earlier)` for each access of another goroutine that `a` would conflict with,
  // then remembers `a`.
  template <class F>
  void add(location& l, const kept_access& a, F&& conflicts);

  // The quick ways of `repeats` and `add` for a plain access to memory that is nobody else's, which
  // most is; made as `stamp` says. They read and write single fields, since the processor holds
  // back a load that is wider than the stores before it.
  bool repeats(location l, const kept_access& stamp, touched_bytes t) const {
    if (l == 0) return false;
    const kept_access& last = kept_[l];
    return last.epoch == stamp.epoch && last.who == stamp.who && is_plain(last) &&
           (last.is_write || !t.is_write) && last.first_byte <= t.first &&
           t.first + t.count <= last.first_byte + last.bytes;
  }
  // Keeps it and returns true, or returns false: use `add`.
  bool keep_own(location& l, const kept_access& stamp, touched_bytes t, std::uint64_t place_key,
                std::uint32_t calls) {
    location next = 0;
    bool is_ordered = false;
    if (l == 0) {
      l = fresh();
    } else {
      const kept_access& last = kept_[l];
      if (last.who != stamp.who || !is_plain(last)) return false;
      if (last.next == 0 ? !stand_in(t, last) : !is_once_more(t, place_key, last)) return false;
      next = last.next;
      is_ordered = last.is_ordered;
    }
    kept_access& mine = kept_[l];
    mine = stamp;
    mine.place_key = place_key;
    mine.detail = calls;
    mine.next = next;
    mine.first_byte = t.first;
    mine.bytes = t.count;
    mine.is_write = t.is_write;
    mine.is_ordered = is_ordered;
    return true;
  }
  // The location's last access comes after all earlier ones that it conflicts with.
  void note_ordered(location l) { kept_[l].is_ordered = true; }

 private:
  static bool stand_in(touched_bytes t, const kept_access& last) {
    return (t.is_write || !last.is_write) && t.first <= last.first_byte &&
           last.first_byte + last.bytes <= t.first + t.count;
  }
  // Whether the last access was the same, so that whom it was compared with need not be looked at
  // again: they come before, or made a race of the same places.
  static bool is_once_more(touched_bytes t, std::uint64_t place_key, const kept_access& last) {
    return t.is_write == last.is_write && t.first == last.first_byte && t.count == last.bytes &&
           (last.is_ordered || last.place_key == place_key);
  }
  static bool is_plain(const kept_access& a) { return !a.is_atomic && !a.of_variable; }
  static bool covers(const kept_access& a, const kept_access& b) {
    return a.first_byte <= b.first_byte && b.first_byte + b.bytes <= a.first_byte + a.bytes;
  }
  // Whoever races with `b` races with `a` too, both being of one goroutine and `a` the later one.
  static bool stands_for(const kept_access& a, const kept_access& b) {
    if (a.is_atomic != b.is_atomic || a.of_variable != b.of_variable) return false;
    if (a.of_variable) return a.is_write == b.is_write && a.place_key == b.place_key;
    return (a.is_write || !b.is_write) && covers(a, b);
  }
  static bool conflict(const kept_access& a, const kept_access& b) {
    return (a.is_write || b.is_write) && !(a.is_atomic && b.is_atomic) &&
           a.first_byte < b.first_byte + b.bytes && b.first_byte < a.first_byte + a.bytes;
  }
  location fresh() {
    if (++used_ == kept_.size()) kept_.emplace_back();
    return used_;
  }

  std::vector<kept_access> kept_{1};
  std::uint32_t used_ = 0;
};

template <class F>
void access_history::add(location& l, const kept_access& a, F&& conflicts) {
  location free = 0;         // taken out of the list: made needless, or too many
  location before = 0;       // the one in front, of those that stay
  location before_last = 0;
  std::size_t length = 0;
  for (location at = l; at != 0;) {
    const kept_access& earlier = kept_[at];
    const location next = earlier.next;
    if (earlier.who == a.who && stands_for(a, earlier)) {
      (before == 0 ? l : kept_[before].next) = next;
      free = at;
    } else {
      if (earlier.who != a.who && conflict(earlier, a)) conflicts(earlier);
      before_last = before;
      before = at;
      ++length;
    }
    at = next;
  }
  if (free == 0 && length >= most_kept) {
    kept_[before_last].next = 0;
    free = before;
  }
  const location there = free != 0 ? free : fresh();
  copy(kept_[there], a);
  kept_[there].next = l;
  l = there;
}

}  // namespace heddle::explore
