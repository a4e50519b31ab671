#include "probe.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace heddle::explore {

bool probe_strategy::begin() {
  log_size_ = 0;
  return true;
}

std::size_t probe_strategy::pick(const point& at) {
  const std::size_t n = at.alternatives.size();
  if (n == 1) return 0;
  if (what_ == counting::interleavings) log_size_ += std::log(static_cast<double>(n));
  return decisions_.below(n);
}

void probe_strategy::end(const trace& t) {
  if (what_ == counting::interleavings) return;
  if (t.group_panicked)
    for (object_id o : t.group_panics()) reversals_.expect_group_panic(o);
  order_.analyse(t, t.events.size());
  reversals_.look_at(t, order_);
  log_size_ = log_of_placements(t) + log_of_passed_by(t);
}

double probe_strategy::log_of_placements(const trace& t) {
  double sum = 0;
  for (std::uint32_t e = 0; e < t.events.size(); ++e) sum += std::log(reversals_.placements(e));
  return sum;
}

// What could have been done instead is planned as dpor would, so that what comes to the same trace
// counts once.
double probe_strategy::log_of_passed_by(const trace& t) {
  step_table steps;
  wakeup_trees trees(steps);
  std::vector<step_id> performed;
  for (const event& e : t.events) performed.push_back(steps.intern(e.what, t.touches(e)));
  std::vector<wakeup_trees::tree> planned(t.events.size(), wakeup_trees::empty);
  std::map<std::pair<actor_id, std::uint32_t>, double> others;  // by actor and position
  std::vector<step_id> sequence;
  reversals_.reverse_passed_by([&](const reversal& r) {
    sequence.clear();
    for (std::uint32_t e : r.kept) sequence.push_back(performed[e]);
    sequence.push_back(steps.intern(r.last, r.touches));
    for (step_id theirs : sequence) {  // the execution itself covers what its step can begin
      if (steps.same_action(performed[r.at], theirs)) return true;
      if (steps.dependent(performed[r.at], theirs)) break;
      if (theirs == sequence.back()) return true;
    }
    if (trees.insert(planned[r.at], sequence, 0) == wakeup_trees::result::added)
      ++others[{r.last.who, r.position}];
    return true;
  });
  double sum = 0;
  for (const auto& [where, number] : others) sum += std::log1p(number);
  return sum;
}

}  // namespace heddle::explore
