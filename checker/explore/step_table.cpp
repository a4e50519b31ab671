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
  const std::uint64_t h = mixed(std::uint64_t{a.who} << 32 | a.partner,
                                static_cast<std::uint32_t>(a.branch));
  return mixed(h, static_cast<std::uint32_t>(a.partner_branch));
}

}  // namespace

bool step_table::equal(const entry& e, const action& what,
                       std::span<const access> touches) const {
  return e.what == what && e.access_count == touches.size() &&
         std::ranges::equal(touches, std::span(accesses_).subspan(e.first_access, e.access_count));
}

step_id step_table::intern(const action& what, std::span<const access> touches) {
  const std::uint64_t of_action = hash_of(what);
  std::uint64_t h = of_action;
  for (const access& a : touches)
    h = mixed(h, std::uint64_t{a.object} << 32 ^ std::uint64_t{a.slot} << 8 ^
                     static_cast<std::uint64_t>(a.kind));
  const auto [at, fresh] = by_hash_.try_emplace(h, nowhere);
  for (step_id s = at->second; s != nowhere; s = steps_[s].next_with_hash)
    if (equal(steps_[s], what, touches)) return s;
  const auto id = static_cast<step_id>(steps_.size());
  entry e{what, static_cast<std::uint32_t>(accesses_.size()),
          static_cast<std::uint32_t>(touches.size()), id, at->second};
  std::vector<step_id>& alike = by_action_[of_action];
  const auto first = std::ranges::find_if(alike, [&](step_id s) { return steps_[s].what == what; });
  if (first == alike.end())
    alike.push_back(id);
  else
    e.same_action = *first;
  accesses_.insert(accesses_.end(), touches.begin(), touches.end());
  steps_.push_back(e);
  at->second = id;
  return id;
}

bool step_table::compute(step_id a, step_id b) const {
  const action& x = steps_[a].what;
  const action& y = steps_[b].what;
  if (share_actor(x, y)) return true;
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
