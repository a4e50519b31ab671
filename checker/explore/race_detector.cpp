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
  places_.clear();
  history_.clear();
  moments_.clear();
  clocks_.begin();
}

kept_access race_detector::stamp(const moment& now, actor_id who) {
  idle_ = false;
  clocks_.catch_up(now);
  kept_access a;
  a.who = who;
  a.epoch = clocks_.epoch(who);
  const event_count when{clocks_.position(who), static_cast<std::uint32_t>(now.events)};
  if (moments_.empty() || moments_.back() != when) moments_.push_back(when);
  a.when = static_cast<std::uint32_t>(moments_.size() - 1);
  return a;
}

void race_detector::compare(trace& t, access_history::location& l, object_id variable,
                            const kept_access& a) {
  bool is_ordered = true;
  history_.add(l, a, [&](const kept_access& earlier) {
    if (clocks_.knows(a.who, earlier.who, earlier.epoch)) return;
    is_ordered = false;
    found(t, variable, earlier, a);
  });
  if (is_ordered) history_.note_ordered(l);
}

void race_detector::look_at(trace& t, const moment& now, actor_id who, object_id variable,
                            const core::memory_access& access) {
  if (variable >= variables_.size()) variables_.resize(variable + 1);
  access_history::location& l = variables_[variable];
  kept_access a = stamp(now, who);
  a.place_key = key_of(access);
  a.form = kept_access::form_of({1, access.is_write}) | kept_access::of_variable;
  if (history_.repeats(l, a)) return;
  if (l == 0) used_.push_back(variable);
  if (access.at.line() != 0) {
    places_.push_back(access.at);
    a.detail = static_cast<std::uint32_t>(places_.size());
  }
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

plain_access race_detector::told(const kept_access& a) const {
  const event_count when = moments_[a.when];
  const bool is_write = a.has(kept_access::is_write);
  plain_access said{a.who, when.position, when.after_event, is_write, {}, nullptr};
  if (a.has(kept_access::of_variable) && a.detail != 0)
    said.at = places_[a.detail - 1];
  else
    said.code = reinterpret_cast<const void*>(a.place_key);
  return said;
}

void race_detector::found(trace& t, object_id variable, const kept_access& first,
                          const kept_access& second) {
  // In either order.
  const std::uint64_t pair = mixed(first.place_key) + mixed(second.place_key);
  if (t.races.size() >= most_races || std::ranges::count(pairs_, pair) > 0) return;
  pairs_.push_back(pair);
  const auto calls = [this](const kept_access& a) {
    return a.has(kept_access::of_variable) ? std::vector<const void*>() : calls_.path(a.detail);
  };
  t.races.push_back({told(first), told(second), variable, calls(first), calls(second)});
}

}  // namespace heddle::explore
