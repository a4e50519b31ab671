#include "executor.hpp"

#include <algorithm>
#include <span>

#include "detect.hpp"
#include "memory_watch.hpp"

namespace heddle::checker {

executor::executor(const std::function<void()>& body, const options& how) : body_(body), how_(how) {
  if (explore::watched_memory.unfit != nullptr)
    throw unfit_program("this program " + std::string(explore::watched_memory.unfit));
}

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

namespace {

// What one run did at a step, for the sentence on two runs that differ.
std::string done_at(std::span<const explore::event> events, std::size_t step) {
  if (step >= events.size()) return "the end of the execution";
  const explore::operation& op = events[step].op;
  return std::string(core::describe(op.kind)) + " at " + explore::place_name(op.at);
}

bool same(const explore::event& a, const explore::event& b) {
  return a.what == b.what && a.op.kind == b.op.kind && a.op.object == b.op.object &&
         a.op.at.line() == b.op.at.line() && (a.op.holds_address || a.bits == b.bits);
}

// The first difference, of the runs' events.
std::string difference_of(std::span<const explore::event> before,
                          std::span<const explore::event> now) {
  std::size_t step = 0;
  while (step < before.size() && step < now.size() && same(before[step], now[step])) ++step;
  const std::string start = "two runs by the same decisions differ";
  if (step == before.size() && step == now.size()) return start + " in how they ended";
  return start + " at step " + std::to_string(step + 1) + ": the first did " +
         done_at(before, step) + ", the second " + done_at(now, step);
}

}  // namespace

std::optional<std::string> executor::difference(const explore::schedule& s,
                                                const std::vector<explore::event>& before,
                                                const std::optional<std::string>& signature) {
  explore::replay_strategy follower(s);
  const explore::trace& t = follow(s, follower);
  if (!follower.departure().empty()) {
    // Given up before its end, what it did is less than what the first run did.
    if (t.ended == explore::ending::abandoned)
      return "two runs by the same decisions differ at " + follower.departure();
    return difference_of(before, t.events);
  }
  const std::vector<failure> found = detect::find_failures(t);
  const auto again = [&](const failure& f) { return detect::signature(f) == *signature; };
  if (signature ? std::ranges::none_of(found, again) : !found.empty())
    return difference_of(before, t.events);
  return std::nullopt;
}

}  // namespace heddle::checker
