// Race reversal: from one execution, the beginnings of others that order a pair of dependent
// events the other way, or take an alternative that the execution passed by.
//
// A candidate is an action at the positions its participants had in the execution: what was done
// there, what is still pending at the end, another case of a select, another partner of a
// rendezvous or a signal, another value of a choose. It is reversed with the events that stand in
// its way: `removed`, the least of which is where the new execution departs. Everything that does
// not come after a removed event is kept. docs/design/exploration.md has the argument why these
// are enough.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "function_reference.hpp"
#include "happens_before.hpp"
#include "object_model.hpp"
#include "time_limit.hpp"
#include "trace.hpp"

namespace heddle::explore {

struct reversal {
  static constexpr std::uint32_t not_performed = 0;

  std::uint32_t at = 0;                     // the event to depart before
  std::span<const std::uint32_t> kept;      // events that follow instead, then
  action last;                              // the candidate,
  std::span<const access> touches;          // which touches these there
  std::uint32_t performed = not_performed;  // the event that it was; later ones follow from chance
  bool as_performed = false;                // it touches what it touched as that event
  std::uint32_t position = 0;               // how many events its actor has before it
};

class reversal_finder {
 public:
  // Plans the reversal; says whether what came of it is settled: the same after any other
  // continuation of the events up to the reversed one.
  using found = function_reference<bool(const reversal&)>;

  // The trace whose events are reversed, and their happens-before.
  void look_at(const trace& t, const happens_before& order);

  // Reports each reversal of an event with one before it. Fills `unsettled` with the events before
  // it for which the report was not settled, or that stood in the way only for the time being.
  void reverse(std::uint32_t e, std::vector<std::uint32_t>& unsettled, found report);
  // The same for these alone; drops those that are settled now.
  void reverse_again(std::uint32_t e, std::vector<std::uint32_t>& unsettled, found report);
  // Reports each reversal of what actors could have done and did not.
  void reverse_passed_by(found report);

  // Finding reversals throws out_of_time from then on.
  void stop_at(std::chrono::steady_clock::time_point until) { time_.set(until); }

  // In how many places an event could have been among the earlier ones that it conflicts with.
  double placements(std::uint32_t e);

  // From now on two dones of this wait group are dependent; see object_model.
  void expect_group_panic(object_id group) { folded_.expect_group_panic(group); }

 private:
  struct candidate {
    action what;
    const operation* op = nullptr;
    std::span<const operation> offers;  // all that `who` announced there
    std::uint32_t position = 0;
    std::uint32_t partner_position = 0;
    std::uint32_t performed = happens_before::none;  // as this event
  };
  using removal = std::vector<std::uint32_t>;
  enum class attempt { impossible, settled, unsettled };

  static bool totally_ordered(op_kind k);
  candidate candidate_of(std::uint32_t e) const;
  bool cover(std::uint32_t d);
  void reverse_adjacent(const candidate& c, std::vector<std::uint32_t>& unsettled);
  bool is_there(const actor_info& a) const;
  void consider_actor(actor_id who);
  void consider_pairs(candidate c, op_kind partner_kind);
  void consider(const candidate& c);
  void pass_by(const candidate& c);
  void pass_by_unbegun(const candidate& c);
  void add_stop();
  void each_removal(bool one_more, function_reference<void()> use);
  bool looks_at_several() const;
  void pass_by_otherwise(const candidate& c);
  std::vector<removal> ways_to_unready(const candidate& c, const access& channel);
  bool place_candidate(const candidate& c);
  void collect_conflicts(std::span<const access> mine, std::uint32_t before);
  void possible_touches(const candidate& c, access_list& touches);
  void note_removed();
  bool removed_by(std::uint32_t e) const;
  bool guard_released(actor_id who, std::uint32_t position) const;
  bool fold(const candidate& c);
  void fold_events(const candidate& c);
  attempt try_removing(const candidate& c);

  time_limit time_;
  const trace* trace_ = nullptr;
  const happens_before* order_ = nullptr;
  found report_ = found::none();
  std::uint32_t stopping_ = happens_before::none;  // the event that failed, the last one
  object_model folded_;
  std::vector<std::uint32_t> base_;  // the past that the candidate needs
  std::vector<std::uint32_t> covered_;
  std::vector<std::uint32_t> conflicts_;  // events dependent with it outside of that past
  std::vector<std::uint32_t> tried_;
  std::vector<std::uint32_t> blockers_;  // its participants' own events at its positions
  std::vector<std::uint32_t> removed_;
  // Of those: whose they are and from which position on; each actor once.
  struct cut_actor {
    actor_id who;
    std::uint32_t from;
  };
  std::vector<cut_actor> cut_actors_;
  std::vector<std::uint32_t> relevant_;
  std::vector<std::uint32_t> kept_;
  access_list possible_;
  access_list touches_;
};

}  // namespace heddle::explore
