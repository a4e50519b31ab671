// Race reversal: in how many places an event could have been.
#include <algorithm>
#include <map>

#include "reversals.hpp"

namespace heddle::explore {

namespace {

constexpr std::size_t most_tried = 256;

}  // namespace

// The events that it conflicts with and need not follow are split into those that stay before it
// and those that follow it: what follows is everything after an antichain, each of which is tried.
// Where there are too many, an actor's events count as free of the other actors', and the share of
// places that are possible is that of those tried.
double reversal_finder::placements(std::uint32_t e) {
  const event& ev = trace_->events[e];
  if (ev.when_idle) return 1;
  const candidate c = candidate_of(e);
  place_candidate(c);
  collect_conflicts(trace_->touches(ev), e);
  tried_.assign(conflicts_.begin(), conflicts_.end());
  std::size_t tried = 0;
  std::size_t possible = 0;
  std::vector<std::uint32_t> chosen;   // the antichain
  std::vector<std::size_t> next(1, 0); // where to go on at each of its levels
  while (!next.empty() && tried < most_tried) {
    const std::size_t i = next.back()++;
    if (i >= tried_.size()) {
      next.pop_back();
      if (!chosen.empty()) chosen.pop_back();
      continue;
    }
    const std::uint32_t d = tried_[i];
    if (std::ranges::any_of(chosen, [&](std::uint32_t b) { return order_->ordered(b, d); }))
      continue;
    chosen.push_back(d);
    next.push_back(i + 1);
    ++tried;
    removed_ = chosen;
    if (fold(c)) ++possible;
  }
  if (next.empty()) return 1 + static_cast<double>(possible);
  std::map<actor_id, double> of_actor;
  for (std::uint32_t d : tried_) ++of_actor[trace_->events[d].what.who];
  double all = 1;
  for (const auto& [who, events] : of_actor) all *= 1 + events;
  return 1 + (all - 1) * static_cast<double>(possible) / static_cast<double>(tried);
}

}  // namespace heddle::explore
