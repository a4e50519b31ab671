// replay_schedule() and replay_seed(): one execution again, with its story.
#include <chrono>

#include "detect.hpp"
#include "executor.hpp"
#include "factory.hpp"
#include "heddle/check/check.hpp"
#include "schedule.hpp"

namespace heddle::checker {

namespace {

using explore::trace;

explore::schedule parse_for(std::string_view program, std::string_view text) {
  explore::schedule s;
  try {
    s = explore::parse_schedule(text);
  } catch (const explore::bad_schedule& bad) {
    throw schedule_error(bad.what());
  }
  if (s.program != explore::program_hash(program))
    throw schedule_error("the schedule belongs to another model than " +
                         (program.empty() ? "this one" : std::string(program)));
  return s;
}

// What one execution shows. `schedule` reproduces it.
result judge(const trace& t, const std::string& schedule, std::optional<std::uint64_t> seed) {
  result r;
  r.verdict = verdict::passed;
  r.message = "replayed: nothing was found in this one execution";
  r.stopped_by = "replay";
  r.seed = seed;
  r.explored = 1;
  r.blocked = detect::any_blocked(t) ? 1 : 0;
  r.events = t.events.size();
  r.longest = t.events.size();
  r.alive = detect::alive_after_main(t);
  r.story = detect::story(t);
  r.failures = detect::find_failures(t);
  if (r.failures.empty()) return r;
  r.verdict = verdict::failed;
  r.what = r.failures.front().what;
  r.message = r.failures.front().message;
  for (failure& found : r.failures) {
    found.story = r.story;
    found.schedule = schedule;
    found.seed = seed;
    found.execution = 1;
  }
  return r;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

result replay_schedule(const std::function<void()>& body, std::string_view program,
                       std::string_view schedule, const options& how) {
  const auto start = std::chrono::steady_clock::now();
  const explore::schedule followed = parse_for(program, schedule);
  explore::replay_strategy follower(followed);
  executor once(body, how);
  const trace& t = once.follow(followed, follower);
  if (!follower.departure().empty())
    throw schedule_error("the schedule does not fit the program any more: " + follower.departure());
  if (how.on_execution) how.on_execution(t);
  result r = judge(t, std::string(schedule), std::nullopt);
  r.strategy = "replay";
  r.idle_time = followed.idle_time;
  r.seconds = seconds_since(start);
  return r;
}

result replay_seed(const std::function<void()>& body, std::uint64_t seed, const options& how) {
  const auto start = std::chrono::steady_clock::now();
  const std::string name = explore::is_sampling(how.strategy) ? how.strategy : "random";
  const auto sampler = explore::make_strategy(
      name, {.seed = seed, .pct_depth = how.pct_depth, .preemptions = how.preemptions});
  executor once(body, how);
  sampler->begin();
  while (sampler->warming_up()) {
    sampler->end(once.run(*sampler));
    sampler->begin();
  }
  const trace& t = once.run(*sampler);
  sampler->end(t);
  if (how.on_execution) how.on_execution(t);
  explore::schedule made = explore::schedule_of(t, how.max_steps);
  made.program = explore::program_hash(how.program);
  made.idle_time = how.idle_time;
  result r = judge(t, explore::to_text(made), seed);
  r.strategy = name;
  r.idle_time = how.idle_time;
  r.seconds = seconds_since(start);
  return r;
}

}  // namespace heddle::checker
