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
#include <span>
#include <type_traits>
#include <vector>

#include "trace.hpp"

namespace heddle::explore {

// What is remembered of an access.
struct kept_access {
  std::uint64_t place_key =
      0;  // equal for the same place of the program; where `place` is 0 its code
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
  bool of_variable = false;  // each place counts
  bool is_ordered = false;   // after all that it conflicts with, of the list that it begins
  std::uint8_t length = 0;   // of that list, as far as is known
  std::uint8_t all_are = 0;  // what all of that list are known to be: own, reads
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
  static constexpr std::uint8_t most_unseen = 12;  // then it is looked which are needless
  // Of kept_access::all_are.
  static constexpr std::uint8_t own = 1;
  static constexpr std::uint8_t reads = 2;

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
    to.length = alone(from.length);
    to.all_are = alone(from.all_are);
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
  // takes both as one if the same place of the program made them.
  bool replaces_the_only_one(location l, const kept_access& a) {
    if (l == 0) return false;
    kept_access& last = kept_[l];
    if (last.next != 0 || last.who != a.who) return false;
    if (stands_for(a, last)) {
      last = a;
      return true;
    }
    if (last.epoch != a.epoch || last.place_key != a.place_key || last.is_write != a.is_write ||
        last.is_atomic != a.is_atomic || a.of_variable || last.of_variable)
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
  [[gnu::always_inline]] bool repeats(location l, const kept_access& stamp, touched_bytes t) const {
    if (l == 0) return false;
    const kept_access& last = kept_[l];
    return last.epoch == stamp.epoch && last.who == stamp.who && is_plain(last) &&
           (last.is_write || !t.is_write) && last.first_byte <= t.first &&
           t.first + t.count <= last.first_byte + last.bytes;
  }
  // Whether keeping one more needs no memory.
  bool has_room() const { return used_ + 1 < made_; }
  // Keeps it and returns true, or returns false: use `add_plain`. `known`: of the others' epochs.
  [[gnu::always_inline]] bool keep_quickly(location& l, const kept_access& stamp, touched_bytes t,
                                           std::uint64_t place_key, std::uint32_t calls,
                                           std::span<const std::uint32_t> known) {
    if (l == 0) {
      push(l, stamp, t, place_key, calls, {1, static_cast<std::uint8_t>(own | reads)});
      return true;
    }
    kept_access& last = kept_[l];
    if (last.who != stamp.who) {
      const bool after_all =
          last.next == 0 && last.who < known.size() && known[last.who] >= last.epoch;
      const bool reads_with_others =
          !t.is_write && (last.all_are & reads) != 0 && last.length < most_unseen;
      if (!after_all && !reads_with_others) return false;
      push(l, stamp, t, place_key, calls,
           {static_cast<std::uint8_t>(last.length + 1),
            static_cast<std::uint8_t>(last.all_are & reads)});
      return true;
    }
    if (!is_plain(last)) return false;
    if (last.next == 0 ? stand_in(t, last) : is_once_more(t, place_key, last)) {
      last.all_are = static_cast<std::uint8_t>(last.all_are & (t.is_write ? own : own | reads));
      put(last, stamp, t, place_key, calls, last.is_ordered);
      return true;
    }
    if ((last.all_are & own) == 0) return false;
    if (last.epoch == stamp.epoch && last.place_key == place_key && last.is_write == t.is_write &&
        last.first_byte + last.bytes == t.first) {
      last.bytes = static_cast<std::uint8_t>(last.bytes + t.count);
      return true;
    }
    if (last.length >= most_unseen) return false;
    push(l, stamp, t, place_key, calls, {static_cast<std::uint8_t>(last.length + 1), last.all_are});
    return true;
  }
  // The quick way failed. `is_before(earlier)` says whether an access of another goroutine happens
  // before this one; if not, `conflicts(earlier)` is called.
  template <class Before, class F>
  void add_plain(location& l, const kept_access& stamp, touched_bytes t, std::uint64_t place_key,
                 std::uint32_t calls, Before&& is_before, F&& conflicts);

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
  static bool overlap(touched_bytes t, const kept_access& a) {
    return t.first < a.first_byte + a.bytes && a.first_byte < t.first + t.count;
  }
  // All but where it stands in the list.
  static void put(kept_access& mine, const kept_access& stamp, touched_bytes t,
                  std::uint64_t place_key, std::uint32_t calls, bool is_ordered) {
    mine.place_key = place_key;
    mine.who = stamp.who;
    mine.epoch = stamp.epoch;
    mine.position = stamp.position;
    mine.after_event = stamp.after_event;
    mine.detail = calls;
    mine.first_byte = t.first;
    mine.bytes = t.count;
    mine.is_write = t.is_write;
    mine.is_atomic = mine.of_variable = false;
    mine.is_ordered = is_ordered;
  }
  // In front of a list that holds nothing that it would race with.
  struct list_kind {
    std::uint8_t length;
    std::uint8_t all_are;
  };
  void push(location& l, const kept_access& stamp, touched_bytes t, std::uint64_t place_key,
            std::uint32_t calls, list_kind kind) {
    const location there = fresh();
    kept_access& mine = kept_[there];
    mine.next = l;
    mine.length = kind.length;
    mine.all_are = static_cast<std::uint8_t>(kind.all_are & (t.is_write ? own : own | reads));
    put(mine, stamp, t, place_key, calls, true);
    l = there;
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
  // Takes out of the list what an access of `who` makes needless, shows `look` the others'
  // accesses, and returns a place for the new one at the list's head.
  template <class Needless, class Look>
  location make_room(location& l, actor_id who, Needless&& needless, Look&& look);
  location fresh() {
    if (++used_ == made_) {
      kept_.emplace_back();
      ++made_;
    }
    return used_;
  }

  std::vector<kept_access> kept_{1};
  std::uint32_t used_ = 0;
  std::uint32_t made_ = 1;  // kept_.size(), which takes a multiplication
};

template <class Needless, class Look>
access_history::location access_history::make_room(location& l, actor_id who, Needless&& needless,
                                                   Look&& look) {
  location free = 0;    // taken out of the list: made needless, or too many
  location before = 0;  // the one in front, of those that stay
  location before_last = 0;
  std::size_t length = 0;
  std::uint8_t all_are = own | reads;
  for (location at = l; at != 0;) {
    const kept_access& earlier = kept_[at];
    const location next = earlier.next;
    if (earlier.who == who && needless(earlier)) {
      (before == 0 ? l : kept_[before].next) = next;
      free = at;
    } else {
      if (earlier.is_write) all_are &= own;
      if (earlier.who != who) {
        all_are &= reads;
        look(earlier);
      }
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
  kept_[there].next = l;
  kept_[there].length = static_cast<std::uint8_t>(std::min(length + 1, most_kept));
  kept_[there].all_are = all_are;
  return l = there;
}

template <class F>
void access_history::add(location& l, const kept_access& a, F&& conflicts) {
  const location there = make_room(
      l, a.who, [&](const kept_access& earlier) { return stands_for(a, earlier); },
      [&](const kept_access& earlier) {
        if (conflict(earlier, a)) conflicts(earlier);
      });
  copy(kept_[there], a);
}

template <class Before, class F>
void access_history::add_plain(location& l, const kept_access& stamp, touched_bytes t,
                               std::uint64_t place_key, std::uint32_t calls, Before&& is_before,
                               F&& conflicts) {
  bool is_ordered = true;
  const location there = make_room(
      l, stamp.who,
      [&](const kept_access& earlier) { return is_plain(earlier) && stand_in(t, earlier); },
      [&](const kept_access& earlier) {
        if (!(t.is_write || earlier.is_write) || !overlap(t, earlier) || is_before(earlier)) return;
        is_ordered = false;
        conflicts(earlier);
      });
  if (t.is_write) kept_[there].all_are &= own;
  put(kept_[there], stamp, t, place_key, calls, is_ordered);
}

}  // namespace heddle::explore
