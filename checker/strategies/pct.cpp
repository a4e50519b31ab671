#include "pct.hpp"

#include <algorithm>

namespace heddle::explore {

namespace {

constexpr std::uint64_t most_steps = std::uint64_t{1} << 40;

}  // namespace

pct_strategy::pct_strategy(std::uint64_t seed, std::uint64_t max_executions, std::uint64_t depth)
    : samples_(seed, max_executions, warming::first), random_(seed), depth_(depth) {}

bool pct_strategy::begin() {
  if (!samples_.next()) return false;
  random_ = seeded_random(samples_.seed());
  warm_up_.begin();
  std::ranges::fill(priority_, 0);
  lowest_ = 0;
  changes_.clear();
  std::uint64_t steps = events_;
  while (steps < most_steps && random_.below(4) == 0) steps *= 2;
  for (std::uint64_t i = 1; i < depth_ && i <= steps; ++i)  // more of them would change no more
    changes_.push_back({random_.below(steps), static_cast<std::int64_t>(i)});
  return true;
}

// Above every priority that a change point gives.
std::int64_t pct_strategy::drawn_priority() {
  return static_cast<std::int64_t>(random_.next() >> 2 | std::uint64_t{1} << 62);
}

void pct_strategy::meet(actor_id who) {
  if (who == no_actor) return;
  if (who >= priority_.size()) priority_.resize(who + 1);
  if (priority_[who] == 0) priority_[who] = drawn_priority();
}

actor_id pct_strategy::decisive(const alternative& a) const {
  const bool pair = a.what.partner != no_actor && a.op->kind == core::op_kind::send;
  return pair && priority_[a.what.partner] < priority_[a.what.who] ? a.what.partner : a.what.who;
}

std::size_t pct_strategy::highest(const point& at) {
  std::size_t best = 0;
  std::size_t ties = 1;
  for (std::size_t i = 1; i < at.alternatives.size(); ++i) {
    const std::int64_t mine = priority_[decisive(at.alternatives[i])];
    const std::int64_t known = priority_[decisive(at.alternatives[best])];
    if (mine > known) ties = 1;
    if (mine > known || (mine == known && random_.below(++ties) == 0)) best = i;
  }
  return best;
}

std::size_t pct_strategy::pick(const point& at) {
  if (samples_.fixed()) return warm_up_.pick(at);
  for (const alternative& a : at.alternatives) {
    meet(a.what.who);
    meet(a.what.partner);
  }
  for (const change& c : changes_)
    if (c.step == at.step) priority_[decisive(at.alternatives[highest(at)])] = c.priority;
  const std::size_t picked = highest(at);
  const alternative& a = at.alternatives[picked];
  const core::op_kind kind = a.op->kind;
  if (kind == core::op_kind::timer_fire || kind == core::op_kind::clock_advance)
    priority_[a.what.who] = drawn_priority();
  if (kind == core::op_kind::pause) priority_[a.what.who] = --lowest_;
  return picked;
}

void pct_strategy::end(const trace& t) {
  if (samples_.warming_up()) events_ = std::max<std::size_t>(t.events.size(), 1);
}

}  // namespace heddle::explore
