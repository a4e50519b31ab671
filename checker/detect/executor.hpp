// Runs single executions of a model: what exploring and replaying share.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "heddle/check/check.hpp"
#include "replay.hpp"
#include "schedule.hpp"
#include "sequencer.hpp"

namespace heddle::checker {

class executor {
 public:
  // Both outlive the executor. Throws unfit_program.
  executor(const std::function<void()>& body, const options& how);

  // What stands for which actor and object, over all executions.
  explore::names& naming() { return sequencer_.naming(); }
  // A wait group that another executor saw panic.
  void expect_group_panic(explore::object_id group) { sequencer_.expect_group_panic(group); }

  // One execution; the strategy's begin() and end() are the caller's. The trace is valid until the
  // next one.
  const explore::trace& run(explore::strategy& chooser);
  // One execution that follows a schedule, from the strategy's begin() to its end().
  const explore::trace& follow(const explore::schedule& s, explore::replay_strategy& follower);

  // Follows a schedule and compares: one sentence that says what was different this time, or
  // nothing if the same execution came again and ended in the failure with this signature.
  // `before` are the events of the execution that the schedule was made from.
  std::optional<std::string> difference(const explore::schedule& s,
                                        const std::vector<explore::event>& before,
                                        const std::optional<std::string>& signature);

 private:
  const explore::trace& run(explore::strategy& chooser, const explore::execution_limits& limits);

  const std::function<void()>& body_;
  const options& how_;
  explore::sequencer sequencer_;
};

}  // namespace heddle::checker
