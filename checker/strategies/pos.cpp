#include "pos.hpp"

#include "dependence.hpp"

namespace heddle::explore {

std::size_t pos_strategy::action_hash::operator()(const action& a) const noexcept {
  std::uint64_t h = 0;
  for (std::uint64_t part :
       {static_cast<std::uint64_t>(a.who) << 32 | a.partner,
        static_cast<std::uint64_t>(static_cast<std::uint32_t>(a.branch)) << 32 |
            static_cast<std::uint32_t>(a.partner_branch)}) {
    h = (h ^ part) * 0x9e3779b97f4a7c15U;
    h ^= h >> 29;
  }
  return static_cast<std::size_t>(h);
}

bool pos_strategy::begin() {
  if (!samples_.next()) return false;
  random_ = seeded_random(samples_.seed());
  pending_.clear();
  decision_ = 0;
  return true;
}

// Whether it was pending before the last event, and not in a race with it. Two dones of a wait
// group are dependent once an earlier execution has seen it panic; decisions must not depend on
// earlier executions, so here they never are.
bool pos_strategy::survives(const alternative& a) const {
  const action& done = last_.what;
  for (actor_id who : {a.what.who, a.what.partner})
    if (who != no_actor && (who == done.who || who == done.partner)) return false;
  for (const access& x : a.touches)
    for (const access& y : last_.touches) {
      const bool dones = x.kind == access_kind::group_done && y.kind == access_kind::group_done;
      if (!dones && dependent(x, y)) return false;
    }
  return true;
}

std::uint64_t pos_strategy::priority_of(const alternative& a) {
  action key = a.what;
  if (a.op->kind == core::op_kind::choose) key.branch = 0;
  pending& p = pending_[key];
  if (p.seen == decision_) return p.priority;  // another value of the same choose
  if (p.seen == 0 || p.seen + 1 != decision_ || !survives(a)) p.priority = random_.next();
  p.seen = decision_;
  return p.priority;
}

void pos_strategy::remember(const alternative& performed) {
  last_.what = performed.what;
  last_.touches.assign(performed.touches.begin(), performed.touches.end());
}

std::size_t pos_strategy::pick(const point& at) {
  ++decision_;
  std::size_t best = 0;
  std::uint64_t highest = 0;
  for (std::size_t i = 0; i < at.alternatives.size(); ++i) {
    const std::uint64_t mine = priority_of(at.alternatives[i]);
    if (i > 0 && mine <= highest) continue;
    highest = mine;
    best = i;
  }
  // The first value of a choose stands for all of them; they stand side by side.
  if (at.alternatives[best].op->kind == core::op_kind::choose)
    best += random_.below(at.alternatives[best].op->value);
  remember(at.alternatives[best]);
  return best;
}

}  // namespace heddle::explore
