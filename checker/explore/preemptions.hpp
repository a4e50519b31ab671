// How many preemptions an execution needs: switches away from a goroutine that could have gone on.
//
// A schedule has a number of preemptions, a trace has the least number of all its orders. Musuvathi
// and Qadeer, Iterative Context Bounding, PLDI 2007; for traces Marmanis, Kokologiannakis and
// Vafeiadis, Reconciling Preemption Bounding with DPOR, TACAS 2023. The least number is found by a
// search over (which events are done, who runs) in which a preemption costs 1 and all else nothing.
//
// 1. After a rendezvous both its goroutines run: going on with either is no switch, and a switch
//    away from both is one preemption if either could have gone on.
// 2. The firing of a timer and the advance of the clock switch nothing: who ran runs on.
#pragma once

#include <cstdint>
#include <vector>

#include "action.hpp"
#include "happens_before.hpp"
#include "object_model.hpp"
#include "trace.hpp"

namespace heddle::explore {

// Who runs: the goroutines of the last event that was not time's.
struct turn {
  actor_id first = no_actor;
  actor_id second = no_actor;

  // One of them takes part, or the event is time's: no switch.
  bool goes_on(const action& what, op_kind kind) const;
  void pass_to(const action& what, op_kind kind);
};

class preemption_counter {
 public:
  // What is counted from here on; both outlive the counting.
  void look_at(const trace& t, const happens_before& order);

  // The least number over all orders of the analysed events, or limit + 1 if it is more.
  unsigned least(unsigned limit);
  // No more than least() of any trace that begins with the first `length` events, and no less for
  // a longer beginning: only goroutines count as able to go on whose next event is among them
  // and either possible as it is or such that it never blocks.
  unsigned least_of_beginning(std::size_t length, unsigned limit);

 private:
  static constexpr std::uint32_t none = happens_before::none;

  unsigned search(unsigned limit);
  unsigned in_order(unsigned limit);
  bool expand(std::uint32_t at, bool may_preempt);
  std::uint32_t next_event(actor_id who) const;
  bool ready(std::uint32_t e) const;
  void perform(std::uint32_t e);
  bool can_go_on(const turn& t);
  bool can_go_on(actor_id who);
  bool offers_possible(actor_id who, std::uint32_t position);
  bool can_meet(actor_id who);
  bool has_partner(actor_id who, const operation& op);
  bool announced_now(actor_id who) const;
  bool created(actor_id who) const;
  bool guard_released(actor_id who) const;
  bool done(std::uint32_t e) const;
  void fold();
  std::uint32_t remember();
  void grow_table();

  const trace* trace_ = nullptr;
  const happens_before* order_ = nullptr;
  std::size_t length_ = 0;
  bool beginning_ = false;
  std::vector<std::uint32_t> cut_;     // the state at hand: done of each actor,
  turn turn_;                          // and who runs
  std::size_t done_ = 0;               // events in it
  object_model folded_;
  // States met in a search, `width_` numbers each: the cut, the turn, the events, if expanded.
  std::size_t width_ = 0;
  std::vector<std::uint32_t> states_;
  std::vector<std::uint32_t> table_;   // open addressing: index of a state + 1
  std::vector<std::uint32_t> now_;     // to be expanded at this number of preemptions,
  std::vector<std::uint32_t> later_;   // and at one more
};

}  // namespace heddle::explore
