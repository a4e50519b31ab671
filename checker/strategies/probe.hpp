// Probes: random executions, each of which estimates how large the tree of an exhaustive search is.
//
// Knuth, Estimating the Efficiency of Backtrack Programs, 1975: multiply, along a random path, the
// numbers of branches; the mean over paths is the size. For `interleavings` it is just that, and
// unbiased. The nodes of dpor's tree do not know their branches before the executions below them
// have run, so for `traces` the path is taken another way: as if the trace were made by placing its
// events one by one, each among those before it. The factors of an execution are
// - for each event, the places where it could have been among the earlier ones that it conflicts
//   with: the downward closed sets of these after which it was possible;
// - for each actor's position, what else could have been done there: another case of a select,
//   partner of a rendezvous, waiter of a signal, value of a choose.
// Where the numbers of places do not depend on the order (counters, locks, readers and one writer)
// each probe is exact; else the order is the walk's and not drawn place by place, and the mean may
// be off by a factor (docs/design/exploration.md has measurements).
#pragma once

#include <cstdint>
#include <vector>

#include "happens_before.hpp"
#include "reversals.hpp"
#include "seeded_random.hpp"
#include "step_table.hpp"
#include "strategy.hpp"
#include "wakeup_tree.hpp"

namespace heddle::explore {

class probe_strategy final : public strategy {
 public:
  enum class counting { traces, interleavings };
  probe_strategy(counting what, std::uint64_t seed) : what_(what), decisions_(seed) {}

  std::string_view name() const override { return "probe"; }
  bool begin() override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override;

  // The natural logarithm of what the last execution estimates.
  double log_size() const { return log_size_; }

 private:
  double log_of_placements(const trace& t);
  double log_of_passed_by(const trace& t);

  counting what_;
  seeded_random decisions_;
  double log_size_ = 0;
  happens_before order_;
  reversal_finder reversals_;
};

}  // namespace heddle::explore
