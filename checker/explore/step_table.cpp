#include "step_table.hpp"

#include <algorithm>

#include "dependence.hpp"

namespace heddle::explore {

namespace {

constexpr step_id nowhere = ~step_id{0};
constexpr std::size_t most_cached = 4096;  // 16 MB

std::uint64_t mixed(std::uint64_t h, std::uint64_t v) {
  h = (h ^ v) * 0x9e3779b97f4a7c15U;
  return h ^ h >> 32;
}

std::uint64_t hash_of(const action& a) {
  const std::uint64_t h =
      mixed(std::uint64_t{a.who} << 32 | a.partner, static_cast<std::uint32_t>(a.branch));
  return mixed(h, static_cast<std::uint32_t>(a.partner_branch));
}

}  // namespace

bool step_table::equal(const entry& e, const action& what, std::span<const access> touches) const {
  return e.what == what && e.access_count == touches.size() &&
         std::ranges::equal(touches, std::span(accesses_).subspan(e.first_access, e.access_count));
}

step_id step_table::intern(const action& what, std::span<const access> touches) {
  std::uint64_t h = hash_of(what);
  for (const access& a : touches)
    h = mixed(h, std::uint64_t{a.object} << 32 ^ std::uint64_t{a.slot} << 8 ^
                     static_cast<std::uint64_t>(a.kind));
  if (2 * steps_.size() >= slots_.size()) grow_slots();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = h & mask;
  for (; slots_[at] != nowhere; at = (at + 1) & mask) {
    const entry& e = steps_[slots_[at]];
    if (e.hash == h && equal(e, what, touches)) return slots_[at];
  }
  slots_[at] = static_cast<step_id>(steps_.size());
  return add(what, touches, h);
}

step_id step_table::add(const action& what, std::span<const access> touches, std::uint64_t hash) {
  const auto id = static_cast<step_id>(steps_.size());
  std::vector<step_id>& alike = by_action_[hash_of(what)];
  const auto first = std::ranges::find_if(alike, [&](step_id s) { return steps_[s].what == what; });
  const step_id same = first == alike.end() ? id : *first;
  if (same == id) alike.push_back(id);
  steps_.push_back({what, static_cast<std::uint32_t>(accesses_.size()),
                    static_cast<std::uint32_t>(touches.size()), same, hash});
  accesses_.insert(accesses_.end(), touches.begin(), touches.end());
  return id;
}

void step_table::grow_slots() {
  slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), nowhere);
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    std::size_t at = steps_[s].hash & (slots_.size() - 1);
    while (slots_[at] != nowhere) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = static_cast<step_id>(s);
  }
}

bool step_table::compute(step_id a, step_id b) const {
  const action& x = steps_[a].what;
  const action& y = steps_[b].what;
  if (share_actor(x, y)) return true;
  const auto everything = [](const access& a) { return a.kind == access_kind::everything; };
  if (std::ranges::any_of(touches(a), everything) || std::ranges::any_of(touches(b), everything))
    return true;  // also on a step that touches nothing
  for (const access& mine : touches(a))
    for (const access& theirs : touches(b))
      if (explore::dependent(mine, theirs)) return true;
  return false;
}

void step_table::grow_cache() {
  cached_ = std::max<std::size_t>(64, cached_);
  while (cached_ < most_cached && cached_ < steps_.size()) cached_ *= 2;
  cache_.assign(cached_ * cached_, answer::unknown);
}

bool step_table::dependent(step_id a, step_id b) {
  const std::size_t larger = std::max(a, b);
  if (larger >= most_cached) return compute(a, b);
  if (larger >= cached_) grow_cache();
  answer& known = cache_[a * cached_ + b];
  if (known == answer::unknown) known = compute(a, b) ? answer::dependent : answer::independent;
  return known == answer::dependent;
}

}  // namespace heddle::explore
