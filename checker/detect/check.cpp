// check(): explores a model under a strategy and judges what its executions show.
//
// Invariants:
// 1. A failure is reported only if its schedule, followed again, led to the same failure.
// 2. `verified` is said only if the strategy was exhausted and no execution was cut.
#include "heddle/check/check.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "automatic.hpp"
#include "detect.hpp"
#include "executor.hpp"
#include "factory.hpp"
#include "lock_order.hpp"
#include "part_search.hpp"
#include "replay.hpp"
#include "reverse_search.hpp"
#include "schedule.hpp"
#include "search_size.hpp"
#include "source_lines.hpp"
#include "subtree_text.hpp"
#include "trace_counter.hpp"

namespace heddle::checker {

namespace {

using explore::ending;
using explore::trace;
using clock = std::chrono::steady_clock;

constexpr std::uint64_t default_samples = 1000;
constexpr auto progress_interval = std::chrono::milliseconds(100);

std::unique_ptr<explore::strategy> chosen_strategy(const options& how) {
  std::uint64_t samples = how.max_executions;
  if (samples == 0) samples = how.max_seconds > 0 ? ~std::uint64_t{0} : default_samples;
  auto made =
      explore::make_strategy(how.strategy, {how.seed, samples, how.pct_depth, how.preemptions});
  if (made == nullptr)
    throw std::invalid_argument("there is no strategy \"" + how.strategy + "\"; there are " +
                                explore::strategy_list());
  return made;
}

class exploration {
 public:
  exploration(const std::function<void()>& body, const options& how)
      : how_(how),
        own_(std::make_unique<executor>(body, how)),
        executor_(*own_),
        strategy_(chosen_strategy(how)) {}
  // Explores a part of a search.
  exploration(executor& with, const options& how, const part_state& part, bool may_decline);

  result run();
  part_answer run_part(clock::time_point until, const std::function<bool()>& wanted);

 private:
  bool execute();
  explore::schedule schedule_of(const trace& t) const;
  void count(const trace& t);
  std::vector<failure> failures_of(const trace& t) const;
  bool judge(failure found, const explore::schedule& made);
  bool is_news(const failure& found, const explore::schedule& made);
  bool confirm(const explore::schedule& made, const std::optional<std::string>& signature);
  bool refuse(std::string why);
  bool within_budget();
  void warn();
  void look_at_clock();
  result finish();
  explore::reverse_search& tree() { return static_cast<explore::reverse_search&>(*strategy_); }

  const options& how_;
  std::unique_ptr<executor> own_;
  executor& executor_;
  std::unique_ptr<explore::strategy> strategy_;
  result result_;
  trace_counter traces_;
  detect::lock_order locks_;
  const void* weak_order_ = nullptr;  // code that asked for less than sequential consistency
  running_size size_;
  std::uint64_t executions_ = 0;        // the redundant ones included
  std::vector<explore::event> events_;  // of the execution that is run again
  std::string first_;                   // the schedule of the search's first execution
  bool resumed_ = false;                // this is a part that was explored before
  bool may_decline_ = false;            // a part that could be explored undivided instead
  bool ended_early_ = false;            // some execution, by a failure or the step bound
  clock::time_point started_ = clock::now();
  clock::time_point last_progress_ = started_;
  clock::time_point now_ = started_;  // when the clock was looked at last
  std::uint64_t looks_every_ = 1;     // executions
  std::uint64_t until_look_ = 1;
  struct known_failure {
    std::size_t index;    // into result_.failures
    std::uint64_t steps;  // of its shortest schedule
  };
  std::map<std::string, known_failure> known_;  // by signature
};

// One execution, judged. False: exploring is over.
bool exploration::execute() {
  const trace& t = executor_.run(*strategy_);
  ++executions_;
  if (t.ended == ending::departed) return refuse(t.departure);
  ended_early_ = ended_early_ || t.ended == ending::stopped || t.ended == ending::cut ||
                 t.ended == ending::unfair_cut;
  if (how_.on_execution) how_.on_execution(t);
  const bool complete = t.ended != ending::abandoned && !strategy_->out_of_bound(t);
  if (complete) count(t);
  std::vector<failure> found;
  if (complete) found = failures_of(t);
  const bool first = complete && executions_ == 1 && !resumed_;
  explore::schedule made;
  if (!found.empty() || first) made = schedule_of(t);
  if (first) first_ = explore::to_text(made);
  bool news = false;
  for (failure& f : found) {
    if (!is_news(f, made)) continue;
    news = true;
    f.story = detect::story(t);
  }
  if (news || first) events_ = t.events;
  strategy_->end(t);
  if (!strategy_->nondeterminism().empty()) return refuse(std::string(strategy_->nondeterminism()));
  // From here on the trace is gone: what follows runs other executions.
  if (found.empty()) return !first || confirm(made, std::nullopt);
  return std::ranges::all_of(found, [&](failure& f) { return judge(std::move(f), made); });
}

// The gravest, or with keep_going all.
std::vector<failure> exploration::failures_of(const trace& t) const {
  if (how_.keep_going) return detect::find_failures(t);
  std::vector<failure> all;
  if (std::optional<failure> gravest = detect::find_failure(t)) all.push_back(std::move(*gravest));
  return all;
}

explore::schedule exploration::schedule_of(const trace& t) const {
  explore::schedule made = explore::schedule_of(t, how_.max_steps);
  made.program = explore::program_hash(how_.program);
  made.idle_time = how_.idle_time;
  return made;
}

void exploration::count(const trace& t) {
  ++result_.explored;
  if (how_.count_traces) traces_.add(t, strategy_->begun_again());
  result_.events += t.events.size();
  result_.longest = std::max(result_.longest, t.events.size());
  locks_.look_at(t);
  if (weak_order_ == nullptr) weak_order_ = t.weak_order;
  if (detect::any_blocked(t)) ++result_.blocked;
  if (t.ended == ending::cut || t.ended == ending::unfair_cut) ++result_.cut;
  if (result_.alive.empty()) result_.alive = detect::alive_after_main(t);
}

// Whether the failure is new, or its schedule shorter than the one known.
bool exploration::is_news(const failure& found, const explore::schedule& made) {
  const auto at = known_.find(detect::signature(found));
  return at == known_.end() || made.steps < at->second.steps;
}

bool exploration::judge(failure found, const explore::schedule& made) {
  const std::string signature = detect::signature(found);
  const auto known = known_.find(signature);
  const bool fresh = known == known_.end();
  if (!fresh) ++result_.failures[known->second.index].times;
  if (!fresh && made.steps >= known->second.steps) return true;
  if (!confirm(made, signature)) return false;
  found.schedule = explore::to_text(made);
  found.seed = strategy_->seed();
  found.execution = executions_;
  if (fresh) {
    known_[signature] = {result_.failures.size(), made.steps};
    result_.failures.push_back(std::move(found));
  } else {
    known->second.steps = made.steps;
    failure& kept = result_.failures[known->second.index];
    found.times = kept.times;
    kept = std::move(found);
  }
  return how_.keep_going;
}

// Follows the schedule again and compares with what it was made from.
bool exploration::confirm(const explore::schedule& made,
                          const std::optional<std::string>& signature) {
  std::optional<std::string> difference = executor_.difference(made, events_, signature);
  // It is no execution of the search's own.
  if (how_.on_progress) how_.on_progress(executions_, result_.longest);
  return !difference || refuse(std::move(*difference));
}

bool exploration::refuse(std::string why) {
  result_.verdict = verdict::error;
  result_.what = kind::nondeterministic;
  result_.message = std::move(why);
  return false;
}

bool exploration::within_budget() {
  if (how_.max_executions != 0 && executions_ >= how_.max_executions)
    result_.stopped_by = "executions";
  else if (how_.max_seconds > 0 &&
           std::chrono::duration<double>(now_ - started_).count() >= how_.max_seconds)
    result_.stopped_by = "time";
  return result_.stopped_by.empty();
}

// Looks at the clock after every execution as long as they are slow, less often when they are not:
// looking takes as long as a short execution.
void exploration::look_at_clock() {
  if (--until_look_ > 0) return;
  const clock::time_point before = std::exchange(now_, clock::now());
  const bool quick = now_ - before < std::chrono::milliseconds(1);
  looks_every_ = quick ? std::min<std::uint64_t>(2 * looks_every_, 1024)
                       : std::max<std::uint64_t>(looks_every_ / 4, 1);
  until_look_ = looks_every_;
  if (!how_.on_progress || now_ - last_progress_ < progress_interval) return;
  last_progress_ = now_;
  how_.on_progress(executions_, result_.longest);
  size_.look(executions_, strategy_->progress());
  if (how_.on_estimate && size_.estimate().executions > 0) how_.on_estimate(size_.estimate());
}

result exploration::run() {
  result_.strategy = strategy_->name();
  result_.idle_time = how_.idle_time;
  result_.preemptions = how_.preemptions;
  if (explore::is_sampling(how_.strategy)) result_.seed = how_.seed;
  bool go_on = true;
  while (go_on && strategy_->begin()) {
    go_on = execute();
    look_at_clock();
    // The budget stops only what is not over yet: the last trace may be the last of all.
    if (go_on && !strategy_->exhausted()) go_on = within_budget();
  }
  return finish();
}

// A deadlock that was found says more than the hint that there may be one.
void exploration::warn() {
  const bool deadlocks = std::ranges::any_of(
      result_.failures, [](const failure& f) { return f.what == kind::deadlock; });
  if (!deadlocks) result_.warnings = locks_.warnings();
  if (weak_order_ == nullptr) return;
  const std::string at = detect::source_line(weak_order_);
  result_.warnings.push_back({"memory order",
                              "an atomic operation asks for less than sequential consistency at " +
                                  at + "; it was explored as if it asked for it",
                              {at}});
}

result exploration::finish() {
  warn();
  result_.redundant = strategy_->redundant();
  result_.left_out = strategy_->left_out();
  result_.seconds = std::chrono::duration<double>(clock::now() - started_).count();
  if (how_.count_traces) result_.distinct = traces_.distinct();
  if (how_.count_traces && strategy_->name() == "dpor" && result_.cut == 0 &&
      result_.verdict != verdict::error)
    if (std::optional<std::string> repeated = traces_.repetition()) {
      result_.verdict = verdict::error;
      result_.what = kind::internal;
      result_.message = std::move(*repeated);
    }
  conclude(result_, how_, strategy_->exhausted());
  const bool cut_short = result_.verdict == verdict::passed && !strategy_->exhausted();
  if (cut_short && !explore::is_sampling(how_.strategy)) {
    size_.look(executions_, strategy_->progress());
    add_estimate(result_, executions_, size_.estimate());
  }
  return std::move(result_);
}

// Longer than executions take: then wakeup trees are quicker, which know what to reverse.
constexpr std::uint64_t most_tries = std::uint64_t{1} << 14;  // to find one trace's children

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

exploration::exploration(executor& with, const options& how, const part_state& part,
                         bool may_decline)
    : how_(how),
      executor_(with),
      strategy_(part_strategy(part, how, with, may_decline)),
      resumed_(!part.empty()),
      may_decline_(may_decline) {}

// For a shorter time than this a part is not left for one that waits.
constexpr auto shortest_part = std::chrono::milliseconds(1);
constexpr std::size_t shares = 4;  // that it is dealt into

part_answer exploration::run_part(clock::time_point until, const std::function<bool()>& wanted) {
  part_answer a;
  const std::size_t groups = tree().panicking_groups().size();
  bool go_on = true;
  while (go_on && strategy_->begin()) {
    go_on = execute();
    look_at_clock();
    if (tree().panicking_groups().size() > groups) {
      a.what = part_answer::left::restart;
      break;
    }
    if (go_on && may_decline_ && (ended_early_ || tree().gave_up())) {
      a.what = part_answer::left::undivided;
      break;
    }
    if (go_on && !strategy_->exhausted()) go_on = within_budget();
    if (!go_on || now_ >= until) break;
    if (wanted() && clock::now() - started_ >= shortest_part) {
      for (const explore::subtree& branch : tree().split(shares))
        a.branches.push_back(explore::to_bytes(branch, executor_.naming()));
      if (!a.branches.empty()) break;
    }
  }
  if (a.what == part_answer::left::restart) {
    explore::subtree start;
    start.panicking_groups = tree().panicking_groups();
    a.state = explore::to_bytes(start, executor_.naming());
  } else if (a.what != part_answer::left::undivided) {
    a.what = strategy_->exhausted() ? part_answer::left::nothing : part_answer::left::more;
    a.state = explore::to_bytes(tree().save(), executor_.naming());
  }
  a.executions = executions_;
  a.first = std::move(first_);
  a.counted = finish();
  return a;
}

}  // namespace

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

result check(const std::function<void()>& body, const options& how) {
  return how.strategy == "auto" ? check_automatically(body, how) : exploration(body, how).run();
}

}  // namespace heddle::checker
