// POS: partial order sampling (Yuan, Yang and Gu, "Partial Order Aware Concurrency Sampling", CAV
// 2018).
//
// Every pending event has a random priority, and the highest happens. The events that were in a
// race with it then get new ones, so that the outcome of one race says nothing about the next. Both
// orders of a single race between a goroutine's first event and another's (m+1)-th, say, come up
// with probability at least 1/(m+2), where a random walk comes down to 2^-(m+1): orders that need a
// long run of one goroutine are found although nothing is known about the program beforehand. No
// step bound, depth or warm-up is needed; every partial order has a positive probability.
//
// What is an event here: a select's ready cases are one each, and so are the possible meetings of a
// sender with several receivers, since they exclude each other and are told apart. A choose(n) is
// one, and its value is drawn uniformly, lest n chances at a high priority bring it forward. An
// event that cannot happen for a while comes back with a new priority: only a race can have
// disabled it.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "sample_sequence.hpp"
#include "strategy.hpp"

namespace heddle::explore {

class pos_strategy final : public strategy {
 public:
  // Execution 0 uses `seed` itself.
  pos_strategy(std::uint64_t seed, std::uint64_t max_executions)
      : samples_(seed, max_executions), random_(seed) {}

  std::string_view name() const override { return "pos"; }
  bool begin() override;
  std::size_t pick(const point& at) override;
  void end(const trace&) override {}
  std::optional<std::uint64_t> seed() const override { return samples_.seed(); }

 private:
  struct pending {
    std::uint64_t priority = 0;
    std::uint64_t seen = 0;  // the decision at which it could last happen, from 1
  };
  struct action_hash {
    std::size_t operator()(const action& a) const noexcept;
  };

  bool survives(const alternative& a) const;
  std::uint64_t priority_of(const alternative& a);
  void remember(const alternative& performed);

  sample_sequence samples_;
  seeded_random random_;
  std::unordered_map<action, pending, action_hash> pending_;
  std::uint64_t decision_ = 0;
  struct performed_step {
    action what;
    access_list touches;
  };
  performed_step last_;  // what was performed at the decision before
};

}  // namespace heddle::explore
