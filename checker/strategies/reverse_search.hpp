// Optimal dynamic partial order reduction without a tree in memory: each trace exactly once, none
// begun in vain, and an execution's trace is all that is needed to find those that follow from it.
//
// Reverse search (Avis, Fukuda 1996) over the lexicographic normal forms of traces (Anisimov, Knuth
// 1979). Every trace but the first has a parent, which is a function of the trace alone; the
// children of a trace are found by reversing its races and kept if it is their parent. What has
// been explored is nowhere remembered. docs/design/exploration.md has the definitions and proofs.
//
// Terms. Actions that are possible at the same time are ordered by their actors' names. The normal
// form of a trace takes the least action that the trace allows, again and again. What is possible,
// less than the action taken, and not taken is *skipped*, until an event depends on it. A step is a
// *departure* if something is skipped then; after the last departure a trace goes by default: the
// least possible action, again and again. What leads to the last departure is the trace's *core*.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "concurrent_events.hpp"
#include "configuration.hpp"
#include "happens_before.hpp"
#include "preemptions.hpp"
#include "step_table.hpp"
#include "strategy.hpp"
#include "subtree.hpp"

namespace heddle::explore {

class reverse_search final : public strategy {
 public:
  reverse_search() = default;  // the whole search
  explicit reverse_search(const subtree& part);

  std::string_view name() const override { return "dpor"; }
  bool begin() override;
  std::size_t repeat(std::size_t most) override;
  const known_choice* known(std::size_t step, std::uint64_t fingerprint) override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override;
  void end_for_good(const trace& t) override;
  void plan_until(std::chrono::steady_clock::time_point t) override { time_.set(t); }
  bool exhausted() const override { return exhausted_; }
  bool out_of_bound(const trace& t) override;
  bool left_out() const override { return left_out_; }
  std::uint64_t redundant() const override { return redundant_; }
  std::uint64_t begun_again() const override { return begun_again_; }
  std::string_view nondeterminism() const override { return nondeterminism_; }

  // Only traces of which some order has at most `most` preemptions are in bound. Before the first
  // begin().
  void bound_preemptions(unsigned most) { most_preemptions_ = most; }
  // Gives the search up where it takes more tries than that to find the children of one trace: each
  // subset of the operations that one that may block is concurrent with is a try.
  void give_up_after(std::uint64_t tries) { most_tries_ = tries; }
  bool gave_up() const { return tries_ > most_tries_; }

  // The rest of this is called between executions.

  // The execution at hand, instead of end(): it is left to do.
  void put_back();
  // Everything that is left to do, as a value.
  subtree save() const;
  // Deals what is left into at most so many shares, of which it keeps one. Gives away the others:
  // none if there is but one trace to go on from. A trace comes with all that follows from it, and
  // those nearest to the first execution, from which most follows, are dealt first.
  std::vector<subtree> split(std::size_t shares);
  // The wait groups that were seen to panic in a search that has to begin again because of that.
  const std::vector<object_id>& panicking_groups() const { return panicking_groups_; }

 private:
  struct node {
    std::uint64_t fingerprint = 0;
    step_id chosen = 0;
    known_choice again;
    bool least = false;  // nothing less was possible
    std::size_t skipped_end = 0;  // in skipped_, from the end of the node before
  };
  struct skipped_step {
    step_id what;
    std::uint32_t since;     // the event that was taken instead
    std::uint32_t position;  // of its actor
  };
  // The core of a trace to explore: the first `kept_below` steps of its parent, then the steps of
  // the parent with the numbers in level::kept, then `last`.
  struct child {
    std::uint32_t kept_below = 0;
    std::uint32_t first_kept = 0;
    std::uint32_t kept_count = 0;
    step_id last = 0;
  };
  // A trace that was explored, of whose children some are left.
  struct level {
    std::vector<step_id> path;
    std::vector<std::uint32_t> kept;
    std::vector<child> children;
    std::size_t shared = 0;  // with the execution at hand: steps, at least
  };

  // Of an event: whether something may be done before it, or only what undoes the latest skip.
  enum class place_state : std::uint8_t { unknown, no, latest_only, yes };
  // Something that might be done before event b, which it depends on.
  struct reordering {
    std::uint32_t b;
    std::uint32_t choice;  // or constant_event and an event that always touches the same
  };
  static constexpr std::uint32_t constant_event = std::uint32_t{1} << 31;
  struct place_in_trace {
    actor_id who;
    std::uint32_t position;
  };
  // What an actor could do at a position, as what event it was done, and what it touches at most.
  struct choice {
    placed_action a;
    std::uint32_t performed = happens_before::none;
    std::uint32_t first_access = 0;
    std::uint32_t access_count = 0;
    bool never_blocks = false;
    bool constant = false;  // and touches the same whatever came before: what the event touched
    bool undoes_latest = false;  // the child's parent undoes its latest skip, not its first
  };

  void rank(const trace& t);
  bool ranked(const point& at) const;
  bool less(const action& a, const action& b) const;
  std::size_t skipped_begin(std::size_t depth) const {
    return depth == 0 ? 0 : path_[depth - 1].skipped_end;
  }
  std::span<const skipped_step> skipped_at(std::size_t depth) const {
    return std::span(skipped_).subspan(skipped_begin(depth),
                                       path_[depth].skipped_end - skipped_begin(depth));
  }
  std::size_t least(const point& at) const;
  void push_node(const point& at, std::size_t index, bool is_least);
  bool skip_lesser(const point& at, const action& picked, std::size_t first);
  void take_next();
  std::size_t nearest_level() const;
  bool ended_before_plan(const trace& t) const {
    return t.ended != ending::abandoned && depth_ < schedule_.size();
  }
  void leave_level(std::size_t index);
  subtree part_without_levels() const;
  bool learns_of_group_panic(const trace& t);
  void forget_everything();
  void analyse(const trace& t, std::size_t length);

  void find_children(const trace& t);
  place_state place_of(std::uint32_t b);
  bool is_place(std::uint32_t b, const choice& c);
  bool can_reach_core(std::uint32_t b);
  void look_at_new_events();
  void find_adjacent(std::uint32_t e);
  bool is_always_possible(actor_id who, std::uint32_t position) const;
  void find_choices();
  void find_reversible();
  void find_choices_at(actor_id who, std::uint32_t position);
  void find_pairs(placed_action a, op_kind partner_kind);
  void add_choice(const placed_action& a);
  placed_action placed(std::uint32_t e) const;
  void add_reversible(std::uint32_t e);
  void add_possible(const placed_action& a);
  void find_conflicting(std::uint32_t index);
  bool place(const placed_action& a);
  bool may_depend(std::uint32_t e) const;
  void consider(std::uint32_t b, const choice& c);
  void consider_constant(std::uint32_t b, std::uint32_t e);
  bool place_instead();
  void find_needed();
  void find_undecided();
  void decide(std::uint32_t e);
  void consider_without(std::size_t undecided);
  bool can_end_wait(std::size_t undecided) const;
  bool removed(std::uint32_t e) const;
  bool choose_kept();
  bool reaches_core() const;
  void try_child();
  bool can_wake_all_skipped(std::uint32_t b);
  bool wakes_all_skipped();
  bool skips_nothing_else();
  bool skips(step_id z, const placed_action& at);
  bool skips_later() const;
  std::uint32_t least_event();
  bool leads_here(std::uint32_t upto);
  bool possible_after_b();
  bool perform_candidate();
  bool was_skipped(step_id z, const placed_action& at) const;

  time_limit time_;
  step_table steps_;
  std::vector<node> path_;  // length_ of them are in use
  std::size_t length_ = 0;
  std::size_t depth_ = 0;
  std::size_t common_ = 0;  // steps that this execution shares with the one before
  std::vector<skipped_step> skipped_;
  std::vector<step_id> schedule_;
  std::vector<level> levels_;
  std::size_t levels_used_ = 0;
  std::size_t left_ = 0;     // children of all levels
  preemption_counter preemptions_;
  std::optional<unsigned> most_preemptions_;
  bool left_out_ = false;
  std::uint64_t most_tries_ = ~std::uint64_t{0};
  std::uint64_t tries_ = 0;  // for the trace at hand
  bool order_known_ = false;  // order_ is that of the execution at hand
  bool started_ = false;
  bool exhausted_ = false;
  std::uint64_t executions_ = 0;
  std::uint64_t redundant_ = 0;
  std::uint64_t begun_again_ = 0;
  std::vector<object_id> panicking_groups_;
  std::string nondeterminism_;

  std::vector<std::vector<std::uint32_t>> names_;  // by actor: ordinals, outermost first
  std::vector<actor_id> by_rank_;
  std::vector<std::uint32_t> rank_;  // by actor

  // The analysis of one trace.
  const trace* trace_ = nullptr;
  happens_before order_;
  concurrent_events concurrent_;
  configuration config_;
  std::uint32_t events_ = 0;
  std::uint32_t settled_from_ = 0;   // no event from here on is a departure
  std::vector<place_state> places_;  // by event: is_place()
  // Kept for the events that the next trace shares.
  struct event_mark {
    std::size_t adjacent_end;  // in adjacent_
    std::size_t variable_end;  // in variable_
    bool constant;             // configuration::is_constant
  };
  std::uint32_t marked_ = 0;              // marks_ in use
  std::vector<event_mark> marks_;
  std::vector<std::uint32_t> adjacent_;   // of each event always possible: those it directly follows
  std::vector<place_in_trace> variable_;  // where something else was done
  std::vector<reordering> reorderings_;
  std::vector<choice> choices_;
  choice constant_ = {.a = {}, .never_blocks = true, .constant = true, .undoes_latest = true};
  access_list possible_;
  object_model fresh_;
  level* into_ = nullptr;

  // The candidate: `a_` before event b_.
  std::uint32_t b_ = 0;
  step_id b_step_ = 0;
  const choice* c_ = nullptr;
  placed_action a_;
  step_id a_step_ = 0;
  std::vector<std::uint32_t> past_;         // what a_ needs, as a clock
  std::vector<std::uint32_t> undecided_;    // events that may come before a_ or after it
  std::vector<std::uint32_t> left_after_;   // those that come after it
  std::uint32_t needed_ = 0;                // the last event that has to be kept
  std::vector<std::uint32_t> kept_;
  std::vector<step_id> woken_by_a_;         // skipped before b_, until the candidate
  access_list touches_;
  access_list other_touches_;
};

}  // namespace heddle::explore
