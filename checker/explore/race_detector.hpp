// Finds data races in the execution that runs, by happens-before, and puts them into its trace.
//
// Plain accesses are no decisions. Why no race is missed all the same is argued in
// docs/design/races.md: what happens before what is the same in all executions of a trace, and a
// trace without a race does not depend on where between the operations its plain accesses stand.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "access_history.hpp"
#include "call_tree.hpp"
#include "race_clocks.hpp"
#include "trace.hpp"

namespace heddle::explore {

class race_detector {
 public:
  // A new execution.
  void begin();
  // `who` is about to make an access to a variable.
  void look_at(trace& t, const moment& now, actor_id who, object_id variable,
               const core::memory_access& access);

  // The same in steps for who keeps locations himself. First: who makes an access now, and when.
  // That stays so until something happens, a goroutine is created or order is made beside events.
  kept_access stamp(const moment& now, actor_id who);
  // Second: whether the access is the last one there once more.
  bool repeats(access_history::location l, const kept_access& access) const {
    return history_.repeats(l, access);
  }
  // Third: compares it with the earlier ones, and keeps it. `variable` may be 0.
  void add(trace& t, access_history::location& l, object_id variable, const kept_access& access) {
    if (!history_.replaces_the_only_one(l, access)) compare(t, l, variable, access);
  }
  access_history& history() { return history_; }
  // Two accesses that nothing orders, the second the latest.
  void found(trace& t, object_id variable, const kept_access& first, const kept_access& second);
  // Of each other actor, up to which epoch `who` knows what it did. Valid as long as a stamp is.
  std::span<const std::uint32_t> known_to(actor_id who) const { return clocks_.known_to(who); }
  // The epoch of what `who` does now.
  std::uint32_t epoch(const moment& now, actor_id who);

  // Order that is made beside the events, by way of an address: reference counts, guards.
  void pass_on(const moment& now, actor_id who, std::uintptr_t by);
  void learn(const moment& now, actor_id who, std::uintptr_t by);
  void forget(std::uintptr_t by) { clocks_.forget(by); }

  call_tree& calls() { return calls_; }
  // For tests.
  void leave_out(edge e) { clocks_.leave_out(e); }

 private:
  // In one execution; more would tell nobody anything.
  static constexpr std::size_t most_races = 256;

  struct event_count {
    std::uint32_t position = 0;     // how many events the goroutine had before
    std::uint32_t after_event = 0;  // how many there had been
    bool operator==(const event_count&) const = default;
  };

  void compare(trace& t, access_history::location& l, object_id variable, const kept_access& a);
  plain_access told(const kept_access& a) const;

  race_clocks clocks_;
  access_history history_;
  std::vector<event_count> moments_;  // by kept_access::when
  call_tree calls_;
  std::vector<access_history::location> variables_;  // by object
  std::vector<object_id> used_;
  std::vector<place> places_;         // of accesses to variables
  std::vector<std::uint64_t> pairs_;  // of places, as in trace::races
  bool idle_ = true;                  // nothing was looked at in this execution
};

}  // namespace heddle::explore
