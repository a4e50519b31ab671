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
// 3. One record may end the lists of many locations (kept_access::shared); such a one is never
//    changed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "trace.hpp"

namespace heddle::explore {

// Which bytes of a location a plain access touches, and how.
struct touched_bytes {
  std::uint8_t mask = 1;  // bit i: byte i
  bool is_write = false;

  static constexpr std::uint8_t mask_of(std::size_t first, std::size_t count) {
    return static_cast<std::uint8_t>(((1U << count) - 1) << first);
  }
};

// What is remembered of an access: half a cache line, written in few stores.
struct kept_access {
  // Of `form`. The lowest eight bits are touched_bytes::mask, the highest eight the length of the
  // list that the access begins, as far as that is known.
  static constexpr std::uint32_t all_bytes = 0xff;
  static constexpr std::uint32_t is_write = 1U << 8;
  static constexpr std::uint32_t is_atomic = 1U << 9;
  static constexpr std::uint32_t of_variable = 1U << 10;  // each place counts
  static constexpr std::uint32_t is_ordered = 1U << 11;   // after all that it conflicts with
  static constexpr std::uint32_t after = 1U << 12;        // after all others of its list
  static constexpr std::uint32_t reads = 1U << 13;        // it and all others of its list are
  static constexpr std::uint32_t shared = 1U << 14;       // other lists end with it too
  static constexpr std::uint32_t one_longer = 1U << 24;
  static constexpr std::uint32_t length_bits = ~std::uint32_t{0} << 24;

  std::uint64_t place_key = 0;  // the same for one place; where `place` is 0 its code
  actor_id who = no_actor;
  std::uint32_t epoch = 0;
  std::uint32_t when = 0;    // see race_detector::moments_
  std::uint32_t detail = 0;  // of a variable: which place, see race_detector; else which calls
  std::uint32_t next = 0;    // in the location's list
  std::uint32_t form = 1;

  static constexpr std::uint32_t form_of(touched_bytes t) {
    return t.mask | (t.is_write ? is_write : 0);
  }
  bool has(std::uint32_t trait) const { return (form & trait) != 0; }
  std::uint32_t length() const { return form >> 24; }
};

class access_history {
 public:
  using location = std::uint32_t;  // the head of a list; 0: nothing was done there
  static constexpr std::size_t most_kept = 64;
  static constexpr std::uint32_t most_unseen = 12;  // then it is looked which are needless

  // Field by field: they have just been written so, and the processor holds back a wider load.
  static void copy(kept_access& to, const kept_access& from) {
    const auto alone = [](const auto& field) {
      return *static_cast<const volatile std::remove_cvref_t<decltype(field)>*>(&field);
    };
    to.place_key = alone(from.place_key);
    to.who = alone(from.who);
    to.epoch = alone(from.epoch);
    to.when = alone(from.when);
    to.detail = alone(from.detail);
    to.form = alone(from.form);
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
    if (last.next != 0 || last.who != a.who || last.has(kept_access::shared)) return false;
    if (stands_for(a, last)) {
      last = a;
      return true;
    }
    if (last.epoch != a.epoch || last.place_key != a.place_key || !same_kind(last, a) ||
        a.has(kept_access::of_variable))
      return false;
    const std::uint32_t bytes = last.form & kept_access::all_bytes;
    last = a;
    last.form |= bytes;
    return true;
  }

  // Calls `conflicts(earlier)` for each access of another goroutine that `a` would conflict with,
  // then remembers `a`.
  template <class F>
  void add(location& l, const kept_access& a, F&& conflicts);

  // The quick ways of `repeats` and `add` for a plain access to memory that nobody else uses at the
  // time, which most is; made as `stamp` says. They read and write single fields, since the
  // processor holds back a load that is wider than the stores before it.
  [[gnu::always_inline]] bool repeats(location l, const kept_access& stamp, touched_bytes t) const {
    if (l == 0) return false;
    const kept_access& last = kept_[l];
    return last.epoch == stamp.epoch && last.who == stamp.who && is_plain(last) &&
           (last.has(kept_access::is_write) || !t.is_write) && (t.mask & ~last.form) == 0;
  }
  // Whether keeping one more needs no memory.
  bool has_room() const { return used_ + 1 < made_; }
  // Keeps it and returns true, or returns false: use `add_plain`. `known`: of the others' epochs.
  // REQUIRES: has_room().
  [[gnu::always_inline]] bool keep_quickly(location& l, const kept_access& stamp, touched_bytes t,
                                           std::uint64_t place_key, std::uint32_t calls,
                                           std::span<const std::uint32_t> known) {
    if (l == 0) {
      push(l, stamp, t, place_key, calls, kept_access::after | kept_access::reads);
      return true;
    }
    kept_access& last = kept_[l];
    if (last.who != stamp.who) {
      if (last.length() >= most_unseen) return false;
      const bool after_all = comes_after_all(last, known);
      if (!after_all && (t.is_write || !last.has(kept_access::reads))) return false;
      push(l, stamp, t, place_key, calls,
           (last.form & (kept_access::length_bits | kept_access::reads)) |
               (after_all ? kept_access::after : 0));
      return true;
    }
    if (!is_plain(last)) return false;
    const bool after_all = last.has(kept_access::after);
    if (!last.has(kept_access::shared) &&
        (after_all ? stand_in(t, last) : is_once_more(t, place_key, last))) {
      put(last, stamp, t, place_key, calls, last.form & list_bits);
      return true;
    }
    if (!after_all) return false;
    if (last.epoch == stamp.epoch && last.place_key == place_key &&
        last.has(kept_access::is_write) == t.is_write && !last.has(kept_access::shared)) {
      last.form |= t.mask;
      return true;
    }
    if (last.length() >= most_unseen) return false;
    push(l, stamp, t, place_key, calls, last.form & list_bits);
    return true;
  }
  // Keeps a write to all of a location that comes after all that was done there, and returns true;
  // whoever would race with what it replaces races with it. Or returns false: use the above. The
  // locations that one write covers share its record, 0 before the first. REQUIRES: has_room().
  bool keep_whole_write(location& l, const kept_access& stamp, std::uint64_t place_key,
                        std::uint32_t calls, std::span<const std::uint32_t> known,
                        location& record) {
    if (l != 0) {
      const kept_access& last = kept_[l];
      const bool mine = last.who == stamp.who && last.has(kept_access::after);
      if (!mine && !comes_after_all(last, known)) return false;
    }
    if (record == 0) {
      push(record, stamp, {kept_access::all_bytes, true}, place_key, calls, kept_access::after);
      kept_[record].form |= kept_access::shared;
    }
    l = record;
    return true;
  }
  // The quick way failed. `is_before(earlier)` says whether an access of another goroutine happens
  // before this one; if not, `conflicts(earlier)` is called.
  template <class Before, class F>
  void add_plain(location& l, const kept_access& stamp, touched_bytes t, std::uint64_t place_key,
                 std::uint32_t calls, Before&& is_before, F&& conflicts);

  // The location's last access comes after all earlier ones that it conflicts with.
  void note_ordered(location l) { kept_[l].form |= kept_access::is_ordered; }

 private:
  // What is kept where an access is put in place of the one that began the list.
  static constexpr std::uint32_t list_bits =
      kept_access::length_bits | kept_access::is_ordered | kept_access::after | kept_access::reads;

  static bool stand_in(touched_bytes t, const kept_access& last) {
    return (t.is_write || !last.has(kept_access::is_write)) &&
           (last.form & ~t.mask & kept_access::all_bytes) == 0;
  }
  // Whether the last access was the same, so that whom it was compared with need not be looked at
  // again: they come before, or made a race of the same places.
  static bool is_once_more(touched_bytes t, std::uint64_t place_key, const kept_access& last) {
    constexpr std::uint32_t kind = kept_access::all_bytes | kept_access::is_write;
    return (last.form & kind) == kept_access::form_of(t) &&
           (last.has(kept_access::is_ordered) || last.place_key == place_key);
  }
  // Whether who knows of the others up to `known` comes after all of a list that another began.
  static bool comes_after_all(const kept_access& last, std::span<const std::uint32_t> known) {
    return (last.next == 0 || last.has(kept_access::after)) && last.who < known.size() &&
           known[last.who] >= last.epoch;
  }
  // All but where it stands in the list. `list`: of list_bits.
  static void put(kept_access& mine, const kept_access& stamp, touched_bytes t,
                  std::uint64_t place_key, std::uint32_t calls, std::uint32_t list) {
    mine.place_key = place_key;
    mine.who = stamp.who;
    mine.epoch = stamp.epoch;
    mine.when = stamp.when;
    mine.detail = calls;
    mine.form = kept_access::form_of(t) | (t.is_write ? list & ~kept_access::reads : list);
  }
  // In front of a list that holds nothing that it would race with. REQUIRES: has_room().
  void push(location& l, const kept_access& stamp, touched_bytes t, std::uint64_t place_key,
            std::uint32_t calls, std::uint32_t list) {
    const location there = ++used_;
    kept_access& mine = kept_[there];
    mine.next = l;
    put(mine, stamp, t, place_key, calls,
        (list | kept_access::is_ordered) + kept_access::one_longer);
    l = there;
  }
  static bool is_plain(const kept_access& a) {
    return !a.has(kept_access::is_atomic | kept_access::of_variable);
  }
  static bool same_kind(const kept_access& a, const kept_access& b) {
    constexpr std::uint32_t kind =
        kept_access::is_write | kept_access::is_atomic | kept_access::of_variable;
    return ((a.form ^ b.form) & kind) == 0;
  }
  // Whoever races with `b` races with `a` too, both being of one goroutine and `a` the later one.
  static bool stands_for(const kept_access& a, const kept_access& b) {
    if (((a.form ^ b.form) & (kept_access::is_atomic | kept_access::of_variable)) != 0)
      return false;
    if (a.has(kept_access::of_variable)) return same_kind(a, b) && a.place_key == b.place_key;
    return (a.has(kept_access::is_write) || !b.has(kept_access::is_write)) &&
           (b.form & ~a.form & kept_access::all_bytes) == 0;
  }
  static bool conflict(const kept_access& a, const kept_access& b) {
    return (a.has(kept_access::is_write) || b.has(kept_access::is_write)) &&
           !(a.has(kept_access::is_atomic) && b.has(kept_access::is_atomic)) &&
           (a.form & b.form & kept_access::all_bytes) != 0;
  }
  // Takes out of the list what an access of `who` makes needless, shows `look` the others'
  // accesses, and returns a place for the new one at the list's head, with its length and whether
  // all others are reads.
  template <class Needless, class Look>
  location make_room(location& l, actor_id who, Needless&& needless, Look&& look);
  location fresh() {
    if (!has_room()) {
      kept_.resize(2 * kept_.size());
      made_ = static_cast<std::uint32_t>(kept_.size());
    }
    return ++used_;
  }

  static constexpr std::uint32_t first_made = 64;

  std::vector<kept_access> kept_ = std::vector<kept_access>(first_made);
  std::uint32_t used_ = 0;
  std::uint32_t made_ = first_made;  // kept_.size()
};

template <class Needless, class Look>
access_history::location access_history::make_room(location& l, actor_id who, Needless&& needless,
                                                   Look&& look) {
  location free = 0;    // taken out of the list: made needless, or too many
  location before = 0;  // the one in front, of those that stay
  location before_last = 0;
  std::size_t length = 0;
  bool are_reads = true;
  for (location at = l; at != 0;) {
    const kept_access& earlier = kept_[at];
    const location next = earlier.next;
    const bool is_shared = earlier.has(kept_access::shared);
    if (earlier.who == who && needless(earlier)) {
      (before == 0 ? l : kept_[before].next) = next;
      if (!is_shared) free = at;
    } else {
      are_reads = are_reads && !earlier.has(kept_access::is_write);
      if (earlier.who != who) look(earlier);
      before_last = before;
      before = at;
      ++length;
    }
    at = next;
  }
  if (free == 0 && length >= most_kept) {
    kept_[before_last].next = 0;
    if (!kept_[before].has(kept_access::shared)) free = before;
  }
  const location there = free != 0 ? free : fresh();
  kept_[there].next = l;
  kept_[there].form = static_cast<std::uint32_t>(std::min(length + 1, most_kept)) << 24 |
                      (are_reads ? kept_access::reads : 0);
  return l = there;
}

template <class F>
void access_history::add(location& l, const kept_access& a, F&& conflicts) {
  const location there = make_room(
      l, a.who, [&](const kept_access& earlier) { return stands_for(a, earlier); },
      [&](const kept_access& earlier) {
        if (conflict(earlier, a)) conflicts(earlier);
      });
  const std::uint32_t length = kept_[there].form & kept_access::length_bits;
  copy(kept_[there], a);
  kept_[there].form |= length;
}

template <class Before, class F>
void access_history::add_plain(location& l, const kept_access& stamp, touched_bytes t,
                               std::uint64_t place_key, std::uint32_t calls, Before&& is_before,
                               F&& conflicts) {
  bool is_ordered = true;
  bool after_all = true;
  const location there = make_room(
      l, stamp.who,
      [&](const kept_access& earlier) { return is_plain(earlier) && stand_in(t, earlier); },
      [&](const kept_access& earlier) {
        if (is_before(earlier)) return;
        after_all = false;
        if (!(t.is_write || earlier.has(kept_access::is_write)) || (t.mask & earlier.form) == 0)
          return;
        is_ordered = false;
        conflicts(earlier);
      });
  put(kept_[there], stamp, t, place_key, calls,
      kept_[there].form | (is_ordered ? kept_access::is_ordered : 0) |
          (after_all ? kept_access::after : 0));
}

}  // namespace heddle::explore
