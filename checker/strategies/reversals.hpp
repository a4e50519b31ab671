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
#include <functional>
#include <span>
#include <vector>

#include "happens_before.hpp"
#include "object_model.hpp"
#include "trace.hpp"

namespace heddle::explore {

struct reversal {
  std::uint32_t at = 0;                  // the event to depart before
  std::span<const std::uint32_t> kept;   // events that follow instead, then
  const step* last = nullptr;            // the candidate
};

class reversal_finder {
 public:
  using found = std::function<void(const reversal&)>;

  // Calls `report` for every reversal within the first `length` events. `order` is their
  // happens-before.
  void find(const trace& t, const happens_before& order, const found& report);

  // From now on two dones of this wait group are dependent; see object_model.
  void expect_group_panic(object_id group) { folded_.expect_group_panic(group); }

 private:
  struct candidate {
    action what;
    const operation* op = nullptr;
    std::span<const operation> offers;     // all that `who` announced there
    std::uint32_t position = 0;
    std::uint32_t partner_position = 0;
  };

  void consider_actor(actor_id who);
  void consider_offer(candidate c);
  void consider_pairs(candidate c, op_kind partner_kind);
  void consider(const candidate& c);
  void reverse_performed(const candidate& c, std::uint32_t performed);
  void reverse_passed_by(const candidate& c);
  bool place_candidate(const candidate& c);
  void collect_conflicts(std::span<const access> mine, std::uint32_t before);
  access_list possible_touches(const candidate& c) const;
  bool removed_by(std::uint32_t e) const;
  bool guard_released(actor_id who, std::uint32_t position) const;
  bool fold(const candidate& c);
  void fold_events(const candidate& c);
  bool try_removing(const candidate& c);

  const trace* trace_ = nullptr;
  const happens_before* order_ = nullptr;
  const found* report_ = nullptr;
  object_model folded_;
  std::vector<std::uint32_t> base_;       // the past that the candidate needs
  std::vector<std::uint32_t> covered_;
  std::vector<std::uint32_t> conflicts_;  // events dependent with it outside of that past
  std::vector<std::uint32_t> blockers_;   // its participants' own events at its positions
  std::vector<std::uint32_t> removed_;
  std::vector<std::uint32_t> relevant_;
  std::vector<std::uint32_t> kept_;
  step last_;
};

}  // namespace heddle::explore
