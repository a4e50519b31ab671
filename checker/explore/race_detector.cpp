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
  if (a.at.line() == 0) return reinterpret_cast<std::uintptr_t>(a.code);
  return mixed(reinterpret_cast<std::uintptr_t>(a.at.file_name())) + a.at.line();
}

}  // namespace

void race_detector::begin() {
  if (idle_) return;
  idle_ = true;
  for (object_id o : used_) variables_[o] = 0;
  used_.clear();
  pairs_.clear();
  history_.clear();
  clocks_.begin();
}

bool race_detector::is_news(const moment& now, actor_id who, access_history::location l,
                            kept_access& access) {
  idle_ = false;
  clocks_.catch_up(now);
  access.epoch = clocks_.epoch(who);
  access.what.who = who;
  if (history_.repeats(l, access)) return false;
  access.what.position = clocks_.position(who);
  access.what.after_event = static_cast<std::uint32_t>(now.events);
  return true;
}

void race_detector::add(trace& t, access_history::location& l, object_id variable,
                        const kept_access& access) {
  const actor_id who = access.what.who;
  history_.add(l, access, [&](const kept_access& earlier) {
    if (!clocks_.knows(who, earlier.what.who, earlier.epoch)) found(t, variable, earlier, access);
  });
}

void race_detector::look_at(trace& t, const moment& now, actor_id who, object_id variable,
                            const core::memory_access& access) {
  if (variable >= variables_.size()) variables_.resize(variable + 1);
  access_history::location& l = variables_[variable];
  kept_access a;
  a.place_key = key_of(access);
  a.what.is_write = access.is_write;
  a.what.at = access.at;
  a.what.code = access.code;
  if (!is_news(now, who, l, a)) return;
  if (l == 0) used_.push_back(variable);
  add(t, l, variable, a);
}

std::uint32_t race_detector::epoch(const moment& now, actor_id who) {
  idle_ = false;
  clocks_.catch_up(now);
  return clocks_.epoch(who);
}

void race_detector::pass_on(const moment& now, actor_id who, std::uintptr_t by) {
  idle_ = false;
  clocks_.catch_up(now);
  clocks_.pass_on(who, by);
}

void race_detector::learn(const moment& now, actor_id who, std::uintptr_t by) {
  idle_ = false;
  clocks_.catch_up(now);
  clocks_.learn(who, by);
}

void race_detector::found(trace& t, object_id variable, const kept_access& first,
                          const kept_access& second) {
  // In either order.
  const std::uint64_t pair = mixed(first.place_key) + mixed(second.place_key);
  if (t.races.size() >= most_races || std::ranges::count(pairs_, pair) > 0) return;
  pairs_.push_back(pair);
  t.races.push_back(
      {first.what, second.what, variable, calls_.path(first.calls), calls_.path(second.calls)});
}

}  // namespace heddle::explore
