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
// Searches that are divided among processes are reverse_search's.
//
// Invariants, for the node before each event of the current execution:
// 1. Every trace that begins with the node's prefix and a sleeping step has been explored.
// 2. No branch of `todo` is a beginning of such a trace, or of another branch's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "happens_before.hpp"
#include "preemptions.hpp"
#include "reversals.hpp"
#include "step_table.hpp"
#include "strategy.hpp"
#include "wakeup_tree.hpp"

namespace heddle::explore {

class dpor_strategy final : public strategy {
 public:
  std::string_view name() const override { return "dpor"; }
  bool begin() override;
  std::size_t repeat(std::size_t most) override;
  const known_choice* known(std::size_t step, std::uint64_t fingerprint) override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override;
  void end_for_good(const trace& t) override;
  void plan_until(std::chrono::steady_clock::time_point t) override { reversals_.stop_at(t); }
  bool exhausted() const override { return exhausted_; }
  bool out_of_bound(const trace& t) override;
  bool left_out() const override { return left_out_; }
  double progress() const override;
  std::uint64_t redundant() const override { return redundant_; }
  std::uint64_t begun_again() const override { return begun_again_; }
  std::string_view nondeterminism() const override { return nondeterminism_; }

  // What the plans take, in bytes: the wakeup trees at their largest.
  std::size_t plan_bytes() const { return trees_.bytes(); }

  // Only traces of which some order has at most `most` preemptions are in bound. With a slack, what
  // follows a beginning that needs more than most + slack is not explored. Before the first
  // begin().
  void bound_preemptions(unsigned most, std::optional<unsigned> slack = std::nullopt);

 private:
  struct node {
    std::uint64_t fingerprint = 0;
    step_id chosen = 0;
    bool visited = false;      // `again` is known
    bool spent = false;        // `chosen` has been explored, and sleeps
    std::uint32_t done = 0;    // branches explored
    known_choice again;
    std::size_t sleep_end = 0;  // in sleep_, from the end of the node before
    wakeup_trees::tree todo = wakeup_trees::empty;
    std::vector<std::uint32_t> unsettled;  // events to reverse the chosen one with once more
  };
  // How a step relates to a sequence: it conflicts with it, commutes with all of it, can be moved
  // to its front, or can be moved there whatever followed the reversed event.
  enum class relation { conflicting, apart, initial, always_initial };

  std::size_t follow(const point& at);
  std::size_t extend(const point& at);
  std::size_t choose_planned(const point& at, wakeup_trees::tree& todo);
  std::size_t first_awake(const point& at);
  bool asleep(const action& what) const;
  std::size_t sleep_begin(std::size_t depth) const {
    return depth == 0 ? 0 : path_[depth - 1].sleep_end;
  }
  void push_node(const point& at, std::size_t index, wakeup_trees::tree todo);
  void note_stop(const trace& t);
  void plan(const trace& t);
  void keep_to_bound(const trace& t);
  bool insert(const reversal& r);
  relation relate(step_id s, const reversal& r, step_id last);
  void backtrack();
  double branches(const node& n) const;
  bool learns_of_group_panic(const trace& t);
  void forget_everything();

  step_table steps_;
  std::vector<node> path_;  // length_ of them are in use
  std::size_t length_ = 0;
  std::size_t depth_ = 0;
  std::size_t known_ = 0;  // events that the last execution shared with the one before
  std::uint32_t stopped_at_ = happens_before::none;  // the event that ended it by a failure
  std::vector<step_id> sleep_;
  wakeup_trees trees_{steps_};
  wakeup_trees::tree planned_ = wakeup_trees::empty;  // what is to follow the last node's choice
  std::vector<step_id> sequence_;
  happens_before order_;
  std::size_t analysed_ = 0;  // how much of the last execution order_ already has
  reversal_finder reversals_;
  preemption_counter preemptions_;
  std::optional<unsigned> most_preemptions_;
  std::optional<unsigned> slack_;
  bool left_out_ = false;
  std::vector<object_id> panicking_groups_;
  std::uint64_t executions_ = 0;
  std::uint64_t redundant_ = 0;
  std::uint64_t begun_again_ = 0;
  bool exhausted_ = false;
  bool blocked_ = false;  // all that this execution could do sleeps
  std::string nondeterminism_;
};

}  // namespace heddle::explore
