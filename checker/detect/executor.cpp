#include "executor.hpp"

#include "detect.hpp"

namespace heddle::checker {

const explore::trace& executor::run(explore::strategy& chooser,
                                    const explore::execution_limits& limits) {
  if (how_.log != nullptr) how_.log->begins();
  const explore::trace& t = sequencer_.run(body_, chooser, limits, how_.log);
  if (how_.log != nullptr) how_.log->ended();
  return t;
}

const explore::trace& executor::run(explore::strategy& chooser) {
  explore::execution_limits limits;
  limits.time = how_.idle_time ? explore::time_mode::idle : explore::time_mode::free;
  limits.max_steps = how_.max_steps;
  limits.stack_bytes = how_.stack_bytes;
  return run(chooser, limits);
}

const explore::trace& executor::follow(const explore::schedule& s,
                                       explore::replay_strategy& follower) {
  explore::execution_limits limits;
  limits.time = s.idle_time ? explore::time_mode::idle : explore::time_mode::free;
  // Without a bound of its own the schedule ended before one; its own end is found first.
  limits.max_steps = s.step_bound != 0 ? s.step_bound : s.steps + 1;
  limits.stack_bytes = how_.stack_bytes;
  follower.begin();
  const explore::trace& t = run(follower, limits);
  follower.end(t);
  return t;
}

std::optional<std::string> executor::difference(const explore::schedule& s,
                                                const std::optional<std::string>& signature) {
  explore::replay_strategy follower(s);
  const explore::trace& t = follow(s, follower);
  if (!follower.departure().empty())
    return "the same decisions led elsewhere when they were taken again: " + follower.departure();
  const std::optional<failure> found = detect::find_failure(t);
  if (found.has_value() != signature.has_value() ||
      (found && detect::signature(*found) != *signature))
    return "the same decisions were taken twice, and the execution ended differently";
  return std::nullopt;
}

}  // namespace heddle::checker
