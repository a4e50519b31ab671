#include "race_detector.hpp"

#include <algorithm>

namespace heddle::explore {

namespace {

// Mixed well, since the keys of a pair of places are added.
std::uint64_t mixed(std::uint64_t v) {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;
  v = (v ^ v >> 31) * golden;
  return (v ^ v >> 29) * golden;
}

// The same for the same place: by line where it is known, since one place may be compiled into
// several.
std::uint64_t key_of(const core::memory_access& a) {
  if (a.at.line() == 0) return mixed(reinterpret_cast<std::uintptr_t>(a.code));
  return mixed(mixed(reinterpret_cast<std::uintptr_t>(a.at.file_name())) + a.at.line());
}

}  // namespace

void race_detector::begin() {
  if (used_.empty()) return;
  for (object_id o : used_) variables_[o] = 0;
  used_.clear();
  pairs_.clear();
  history_.clear();
  clocks_.begin();
}

void race_detector::look_at(trace& t, std::span<const actor_id> present, actor_id who,
                            object_id variable, const core::memory_access& access) {
  clocks_.catch_up(t, present);
  if (variable >= variables_.size()) variables_.resize(variable + 1);
  access_history::location& l = variables_[variable];
  kept_access now;
  now.epoch = clocks_.epoch(who);
  now.place_key = key_of(access);
  now.what.who = who;
  now.what.is_write = access.is_write;
  if (history_.repeats(l, now)) return;
  if (l == 0) used_.push_back(variable);
  now.what.position = t.positions(who);
  now.what.after_event = static_cast<std::uint32_t>(t.events.size());
  now.what.at = access.at;
  now.what.code = access.code;
  history_.add(l, now, [&](const kept_access& earlier) {
    if (!clocks_.knows(who, earlier.what.who, earlier.epoch)) found(t, variable, earlier, now);
  });
}

void race_detector::found(trace& t, object_id variable, const kept_access& first,
                          const kept_access& second) {
  const std::uint64_t pair = first.place_key + second.place_key;  // in either order
  if (t.races.size() >= most_races || std::ranges::count(pairs_, pair) > 0) return;
  pairs_.push_back(pair);
  t.races.push_back({first.what, second.what, variable});
}

}  // namespace heddle::explore
