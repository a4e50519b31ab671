// Optimal dynamic partial order reduction: each trace exactly once.
//
// Abdulla, Aronis, Jonsson, Sagonas: Optimal Dynamic Partial Order Reduction, POPL 2014; Source
// Sets: A Foundation for Optimal DPOR, JACM 2017. Departs from them in that an actor may have
// several next actions, and an action several actors (a rendezvous): sleep sets and wakeup trees
// hold actions instead of threads, and actions that share an actor are dependent.
//
// Invariants, for the node before each event of the current execution:
// 1. Every trace that begins with the node's prefix and a step of `sleep` has been explored.
// 2. No branch of `todo` is a beginning of such a trace, or of another branch's.
#pragma once

#include <string>
#include <vector>

#include "happens_before.hpp"
#include "reversals.hpp"
#include "strategy.hpp"
#include "wakeup_tree.hpp"

namespace heddle::explore {

class dpor_strategy final : public strategy {
 public:
  std::string_view name() const override { return "dpor"; }
  bool begin() override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override;
  bool exhausted() const override { return exhausted_; }
  std::uint64_t redundant() const override { return redundant_; }
  std::string_view nondeterminism() const override { return nondeterminism_; }

 private:
  struct node {
    std::uint64_t fingerprint = 0;
    step chosen;
    std::vector<step> sleep;
    wakeup_tree todo;
  };

  std::size_t follow(const point& at);
  std::size_t extend(const point& at);
  void inherit_sleep(node& fresh) const;
  void plan(const trace& t);
  void insert(const trace& t, const reversal& r);
  void backtrack();
  bool learns_of_group_panic(const trace& t);

  std::vector<node> path_;
  std::size_t depth_ = 0;
  wakeup_tree planned_;  // what is to follow the last node's choice
  happens_before order_;
  reversal_finder reversals_;
  std::vector<object_id> panicking_groups_;
  std::uint64_t executions_ = 0;
  std::uint64_t redundant_ = 0;
  bool exhausted_ = false;
  std::string nondeterminism_;
};

}  // namespace heddle::explore
