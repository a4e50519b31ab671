// Optimal dynamic partial order reduction: each trace exactly once, none begun and thrown away.
//
// Abdulla, Aronis, Jonsson, Sagonas: Optimal Dynamic Partial Order Reduction, POPL 2014; Source
// Sets: A Foundation for Optimal DPOR, JACM 2017. Departs from them in two ways, argued in
// docs/design/exploration.md:
// - An actor may have several next actions, and an action several actors (a rendezvous): sleep
//   sets and planned sequences hold actions instead of threads.
// - A race of events that an earlier execution shared is looked at again only if what followed it
//   may have decided what came of it.
//
// Invariants, for the node before each event of the current execution:
// 1. Every trace that begins with the node's prefix and a step of its sleep set has been explored.
// 2. No branch of `todo` is a beginning of such a trace, or of another branch's.
#pragma once

#include <string>
#include <vector>

#include "happens_before.hpp"
#include "reversals.hpp"
#include "step_table.hpp"
#include "strategy.hpp"
#include "wakeup_tree.hpp"

namespace heddle::explore {

class dpor_strategy final : public strategy {
 public:
  std::string_view name() const override { return "dpor"; }
  bool begin() override;
  const known_choice* known(std::size_t step, std::uint64_t fingerprint) override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override;
  bool exhausted() const override { return exhausted_; }
  std::uint64_t redundant() const override { return redundant_; }
  std::string_view nondeterminism() const override { return nondeterminism_; }

 private:
  struct node {
    std::uint64_t fingerprint = 0;
    step_id chosen = 0;
    bool visited = false;       // `again` is known
    known_choice again;
    std::size_t sleep_end = 0;  // in sleep_, from the end of the node before
    wakeup_trees::tree todo = wakeup_trees::empty;
    std::vector<std::uint32_t> unsettled;  // events to reverse the chosen one with once more
  };
  // How a step relates to a planned sequence.
  enum class cover { none, now, always };

  std::size_t follow(const point& at);
  std::size_t extend(const point& at);
  std::size_t first_awake(const point& at);
  void push_node(const point& at, std::size_t index);
  std::span<const step_id> sleep_of(std::size_t depth) const;
  void plan(const trace& t);
  bool insert(const reversal& r);
  cover covers(step_id s, const reversal& r, step_id last);
  void backtrack();
  bool learns_of_group_panic(const trace& t);
  void forget_everything();

  step_table steps_;
  std::vector<node> path_;      // length_ of them are in use
  std::size_t length_ = 0;
  std::size_t depth_ = 0;
  std::size_t known_ = 0;       // events that the last execution shared with the one before
  std::vector<step_id> sleep_;
  wakeup_trees trees_{steps_};
  wakeup_trees::tree planned_ = wakeup_trees::empty;  // what is to follow the last node's choice
  std::vector<step_id> sequence_;
  happens_before order_;
  reversal_finder reversals_;
  std::vector<object_id> panicking_groups_;
  std::uint64_t executions_ = 0;
  std::uint64_t redundant_ = 0;
  bool exhausted_ = false;
  std::string nondeterminism_;
};

}  // namespace heddle::explore
