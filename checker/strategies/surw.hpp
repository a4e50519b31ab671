// SURW: selectively uniform random walk (Zhao et al., "Selectively Uniform Concurrency Testing",
// ASPLOS 2025).
//
// Each execution takes an interest in one object, drawn from those that are contended. The
// goroutine that shall touch it next is drawn in proportion to how many such events every goroutine
// still has before it, its children not yet started included; all else runs as a random walk, but
// whoever comes to touch the object out of turn is held back. How many there are is counted in a
// warm-up. Guarantee: if every execution has the same events on the object and none waits for
// another, all interleavings of these events are equally likely, whatever else the program does:
// with m[i] events of goroutine i each comes up with probability (m[1]! m[2]! ...) / (sum m[i])!.
// A random walk favours the orders in which short goroutines come early, exponentially.
//
// What is not in the paper:
// - The object and the goroutine that shall touch it first are drawn evenly over consecutive
//   executions instead of independently: each execution is as likely as ever, but a bug that needs
//   one such pair out of p comes within about p executions, where it took p on average.
// - Objects touched under one common lock are not drawn; see contention.hpp.
// - When everybody who can go on is held back, one of these is intended instead: the intended one
//   has ended, or waits for them. A goroutine that comes to the object without an event left in the
//   count has one more, and may be intended at once.
// - A rendezvous counts as an event of its sender, a signal as one of who gives it. Timers and the
//   clock are goroutines. A select with cases on the object and cases elsewhere goes on with the
//   latter while it is held back, and with any of them when intended; its cases, the values of a
//   choose and the partners of a send are drawn uniformly.
#pragma once

#include <cstdint>
#include <vector>

#include "contention.hpp"
#include "sample_sequence.hpp"
#include "strategy.hpp"

namespace heddle::explore {

class surw_strategy final : public strategy {
 public:
  // Execution 0 is the warm-up, execution 1 uses `seed` itself.
  surw_strategy(std::uint64_t seed, std::uint64_t max_executions)
      : samples_(seed, max_executions, warming::first), random_(seed) {}

  std::string_view name() const override { return "surw"; }
  bool begin() override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override;
  std::optional<std::uint64_t> seed() const override { return samples_.seed(); }
  bool warming_up() const override { return samples_.warming_up(); }

 private:
  // An actor, and its events on the object that are yet to come.
  struct walker {
    std::uint64_t left = 0;
    bool met = false;
  };

  void meet(const point& at);
  void intend_event(std::uint64_t index);
  void intend(actor_id who);
  void intend_one_of(const point& at);
  bool interesting(const alternative& a) const;
  bool allowed(const alternative& a) const;
  std::size_t free_actors(const point& at) const;
  std::size_t walk(const point& at, std::size_t actors);

  sample_sequence samples_;
  warm_up_schedule warm_up_;
  seeded_random random_;
  std::vector<contended_object> objects_;  // of the warm-up
  std::vector<actor_id> parents_;          // likewise
  object_id object_ = 0;                   // of interest; 0: none
  std::vector<walker> walkers_;            // by actor
  std::uint64_t total_ = 0;                // of what they have left
  actor_id target_ = no_actor;             // who shall touch the object next
  actor_id intended_ = no_actor;           // the target, or the ancestor that has yet to create it
};

}  // namespace heddle::explore
