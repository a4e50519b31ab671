// PCT: probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, "A
// Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010).
//
// Every goroutine gets a random priority when it is created, and whoever can run and has the
// highest runs. At d-1 random steps the one about to run falls below all the others. A bug has
// depth d if some d ordering constraints between events are enough for it to show: in a program
// of n goroutines and k events each execution shows it with probability at least 1 / (n k^(d-1)).
//
// What is not in the paper:
// - n need not be known: a goroutine's priority is drawn when it is first met. k is the number of
//   events of the warm-up in three quarters of the executions, twice that in three quarters of the
//   others, and so on: no place is out of reach, whatever the warm-up met. An execution of k 2^j
//   events shows the bug with probability at least 3/4 4^-j / (n (k 2^j)^(d-1)).
// - A rendezvous takes two: it happens when the goroutine of lower priority gets its turn to
// arrive,
//   so it has the lower of the two priorities. Cases of a select, values of a choose and waiters of
//   a signal that tie are drawn uniformly; the bound then holds with that probability as a factor.
// - Each firing of a timer and each advance of the clock counts as a goroutine of its own, with a
//   new priority, so that a ticker cannot starve a program. A goroutine that yields idly falls
//   below all the others, or it would spin for ever.
#pragma once

#include <cstdint>
#include <vector>

#include "sample_sequence.hpp"
#include "strategy.hpp"

namespace heddle::explore {

class pct_strategy final : public strategy {
 public:
  // Execution 0 is the warm-up, execution 1 uses `seed` itself. REQUIRES: depth > 0
  pct_strategy(std::uint64_t seed, std::uint64_t max_executions, std::uint64_t depth);

  std::string_view name() const override { return "pct"; }
  bool begin() override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override;
  std::optional<std::uint64_t> seed() const override { return samples_.seed(); }
  bool warming_up() const override { return samples_.warming_up(); }

 private:
  struct change {
    std::size_t step;
    std::int64_t priority;  // what the goroutine about to run at that step falls to
  };

  void meet(actor_id who);
  std::int64_t drawn_priority();
  // Of an alternative's participants, the one that comes last to it.
  actor_id decisive(const alternative& a) const;
  std::size_t highest(const point& at);

  sample_sequence samples_;
  warm_up_schedule warm_up_;
  seeded_random random_;
  std::uint64_t depth_;
  std::size_t events_ = 1;  // k
  std::vector<change> changes_;
  std::vector<std::int64_t> priority_;  // by actor; 0: not met yet
  std::int64_t lowest_ = 0;             // of those that have yielded
};

}  // namespace heddle::explore
