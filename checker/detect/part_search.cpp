#include "part_search.hpp"

#include <algorithm>
#include <utility>

#include "detect.hpp"
#include "exploration.hpp"
#include "factory.hpp"
#include "replay.hpp"
#include "subtree_text.hpp"

namespace heddle::checker {

using clock = std::chrono::steady_clock;

void add_warnings(result& total, std::vector<warning>&& more) {
  for (warning& w : more)
    if (std::ranges::none_of(total.warnings,
                             [&](const warning& known) { return known.message == w.message; }))
      total.warnings.push_back(std::move(w));
}

void add_counts(result& total, result&& more) {
  for (failure& f : more.failures) {
    f.execution += total.explored;
    const std::string signature = detect::signature(f);
    const auto known = std::ranges::find_if(
        total.failures, [&](const failure& k) { return detect::signature(k) == signature; });
    if (known == total.failures.end()) {
      total.failures.push_back(std::move(f));
      continue;
    }
    const std::uint64_t times = known->times + f.times;
    if (f.story.size() < known->story.size()) *known = std::move(f);
    known->times = times;
  }
  total.explored += more.explored;
  total.blocked += more.blocked;
  total.redundant += more.redundant;
  total.cut += more.cut;
  total.left_out = total.left_out || more.left_out;
  total.events += more.events;
  total.longest = std::max(total.longest, more.longest);
  if (total.alive.empty()) total.alive = std::move(more.alive);
  add_warnings(total, std::move(more.warnings));
}

std::string preemption_words(const options& how) {
  if (!how.preemptions) return "";
  return ", at most " + std::to_string(*how.preemptions) +
         (*how.preemptions == 1 ? " preemption each" : " preemptions each");
}

std::string cut_words(const result& r, const options& how) {
  if (r.cut == 0) return "";
  return ", " + std::to_string(r.cut) + " of them longer than " + std::to_string(how.max_steps) +
         " steps";
}

void conclude(result& r, const options& how, bool exhausted) {
  if (r.verdict == verdict::error) return;
  const bool sampled = explore::is_sampling(how.strategy);
  // What hangs on the value that a racing read saw was followed one way only.
  const bool racy =
      std::ranges::any_of(r.failures, [](const failure& f) { return f.what == kind::race; });
  r.complete = exhausted && r.cut == 0 && !r.left_out && !racy;
  if (!r.failures.empty()) {
    r.verdict = verdict::failed;
    r.what = r.failures.front().what;
    r.message = r.failures.front().message;
    if (!how.keep_going) r.stopped_by = "failure";
    return;
  }
  if (r.complete) return;
  r.verdict = verdict::passed;
  std::string why;
  if (sampled && r.stopped_by != "time") {
    r.stopped_by = "sampling";
    why = ", sampling is never complete";
  } else if (r.stopped_by == "executions") {
    why = ", the bound on executions was reached";
  } else if (r.stopped_by == "time") {
    why = ", the time was up";
  } else if (r.cut == 0) {
    r.stopped_by = "preemptions";
  } else {
    r.stopped_by = "steps";
  }
  r.message = "bounded: " + std::to_string(r.explored) +
              (r.explored == 1 ? " execution" : " executions") + preemption_words(how) +
              cut_words(r, how) + why;
}

void add_missing_failures(result& total, std::vector<failure>&& known, const options& how) {
  const std::size_t found = total.failures.size();
  for (failure& k : known) {
    const std::string signature = detect::signature(k);
    if (std::ranges::none_of(total.failures, [&](const failure& f) {
          return detect::signature(f) == signature;
        }))
      total.failures.push_back(std::move(k));
  }
  if (total.failures.size() > found) conclude(total, how, false);
}

namespace {

// For a shorter time than this a part is not left for one that waits.
constexpr auto shortest_part = std::chrono::milliseconds(1);
constexpr std::size_t shares = 4;  // that it is dealt into

std::unique_ptr<explore::strategy> part_strategy(const part_state& part, const options& how,
                                                 executor& with, bool may_decline) {
  auto search = part.empty() ? std::make_unique<explore::reverse_search>()
                             : std::make_unique<explore::reverse_search>(
                                   explore::subtree_from(part, with.naming()));
  for (explore::object_id group : search->panicking_groups()) with.expect_group_panic(group);
  if (may_decline) search->give_up_after(most_tries);
  if (how.preemptions) search->bound_preemptions(*how.preemptions);
  return search;
}

}  // namespace

exploration::exploration(executor& with, const options& how, const part_state& part,
                         bool may_decline)
    : how_(how),
      executor_(with),
      strategy_(part_strategy(part, how, with, may_decline)),
      walk_(static_cast<explore::reverse_search*>(strategy_.get())),
      resumed_(!part.empty()),
      may_decline_(may_decline) {
  limit_planning();
}

part_answer exploration::run_part(clock::time_point until, const std::function<bool()>& wanted) {
  part_answer a;
  const std::size_t groups = walk_->panicking_groups().size();
  bool go_on = true;
  while (go_on && strategy_->begin()) {
    go_on = execute();
    look_at_clock();
    if (walk_->panicking_groups().size() > groups) {
      a.what = part_answer::left::restart;
      break;
    }
    if (go_on && may_decline_ && (ended_early_ || walk_->gave_up())) {
      a.what = part_answer::left::undivided;
      break;
    }
    if (go_on && !strategy_->exhausted()) go_on = within_budget();
    if (!go_on || now_ >= until) break;
    if (wanted() && clock::now() - started_ >= shortest_part) {
      for (const explore::subtree& branch : walk_->split(shares))
        a.branches.push_back(explore::to_bytes(branch, executor_.naming()));
      if (!a.branches.empty()) break;
    }
  }
  if (a.what == part_answer::left::restart) {
    explore::subtree start;
    start.panicking_groups = walk_->panicking_groups();
    a.state = explore::to_bytes(start, executor_.naming());
  } else if (a.what != part_answer::left::undivided) {
    a.what = strategy_->exhausted() ? part_answer::left::nothing : part_answer::left::more;
    a.state = explore::to_bytes(walk_->save(), executor_.naming());
  }
  a.executions = executions_;
  a.first = std::move(first_);
  a.counted = finish();
  return a;
}

std::vector<part_answer> search_parts(const std::function<void()>& body, const options& how,
                                      const std::vector<part_state>& requests, double seconds,
                                      const std::function<bool()>& wanted, bool may_decline) {
  const clock::time_point until = clock::now() + std::chrono::duration_cast<clock::duration>(
                                                     std::chrono::duration<double>(seconds));
  options left = how;
  std::uint64_t before = 0;  // executions of the parts that are done
  if (how.on_progress)
    left.on_progress = [&how, &before](std::uint64_t executions, std::size_t depth) {
      how.on_progress(before + executions, depth);
    };
  executor with(body, left);
  std::vector<part_answer> answers;
  for (const part_state& request : requests) {
    answers.push_back(exploration(with, left, request, may_decline).run_part(until, wanted));
    const part_answer& a = answers.back();
    before += a.executions;
    if (a.what != part_answer::left::nothing) break;
    if (clock::now() >= until || wanted() || !a.counted.failures.empty()) break;
    if (how.max_executions == 0) continue;
    if (a.executions >= left.max_executions) break;
    left.max_executions -= a.executions;
  }
  return answers;
}

std::string departure_from(const std::function<void()>& body, const options& how,
                           const std::string& schedule) {
  const explore::schedule s = explore::parse_schedule(schedule);
  explore::replay_strategy follower(s);
  executor(body, how).follow(s, follower);
  return follower.departure();
}

}  // namespace heddle::checker
