// check(): explores a model under a strategy and judges what its executions show.
//
// Invariants:
// 1. A failure is reported only if its schedule, followed again, led to the same failure.
// 2. `verified` is said only if the strategy was exhausted and no execution was cut.
#include "heddle/check/check.hpp"

#include <algorithm>
#include <utility>

#include "automatic.hpp"
#include "detect.hpp"
#include "exploration.hpp"
#include "factory.hpp"
#include "source_lines.hpp"

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

}  // namespace

exploration::exploration(const std::function<void()>& body, const options& how)
    : how_(how),
      own_(std::make_unique<executor>(body, how)),
      executor_(*own_),
      strategy_(chosen_strategy(how)) {
  if (how.strategy == "dpor") trees_ = static_cast<explore::dpor_strategy*>(strategy_.get());
  limit_planning();
}

void exploration::limit_planning() {
  if (how_.max_seconds <= 0) return;
  const std::chrono::duration<double> most(how_.max_seconds);
  strategy_->plan_until(started_ + std::chrono::ceil<clock::duration>(most));
}

// Wakeup trees are plans, and grow exponentially at worst. Past a bound reverse search begins again,
// which has none; and should that not be the same, or take longer than executions do, wakeup trees
// once more, without a bound.
void exploration::keep_plans_small() {
  if (trees_ != nullptr && trees_->plan_bytes() > how_.most_plan_bytes && !ended_early_ &&
      !trees_->exhausted()) {
    auto walk = std::make_unique<explore::reverse_search>();
    walk->give_up_after(most_tries);
    if (how_.preemptions) walk->bound_preemptions(*how_.preemptions);
    trees_ = nullptr;
    walk_ = walk.get();
    begin_again_with(std::move(walk));
  } else if (walk_ != nullptr && (ended_early_ || walk_->gave_up())) {
    walk_ = nullptr;
    begin_again_with(chosen_strategy(how_));
  }
}

void exploration::begin_again_with(std::unique_ptr<explore::strategy> other) {
  redundant_before_ = executions_;
  begun_again_before_ += strategy_->begun_again() + 1;
  size_ = {};
  strategy_ = std::move(other);
  limit_planning();
}

// One execution, judged. False: exploring is over.
bool exploration::execute() {
  const trace& t = executor_.run(*strategy_);
  ++executions_;
  if (t.ended == ending::departed) return refuse(t.departure);
  ended_early_ = ended_early_ || t.ended == ending::stopped || t.ended == ending::cut ||
                 t.ended == ending::unfair_cut;
  if (how_.on_execution) how_.on_execution(t);
  const bool complete = t.ended != ending::abandoned && !strategy_->out_of_bound(t);
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
  const bool last = news && !how_.keep_going;
  const bool in_time = plan(t, complete, last);
  if (!strategy_->nondeterminism().empty()) return refuse(std::string(strategy_->nondeterminism()));
  // From here on the trace is gone: what follows runs other executions.
  if (found.empty()) return (!first || confirm(made, std::nullopt)) && in_time;
  return std::ranges::all_of(found, [&](failure& f) { return judge(std::move(f), made); }) &&
         in_time;
}

// Counts the execution and has the strategy plan what comes after it, unless it is the last. False:
// the time was up before that was done. A part is then left with this execution still to do.
bool exploration::plan(const trace& t, bool complete, bool last) {
  const std::uint64_t generation = begun_again_before_ + strategy_->begun_again();
  bool in_time = true;
  try {
    last ? strategy_->end_for_good(t) : strategy_->end(t);
  } catch (const explore::out_of_time&) {
    in_time = false;
    result_.stopped_by = "time";
  }
  const bool to_do = walk_ != nullptr && own_ == nullptr && (last || !in_time);
  if (to_do) walk_->put_back();
  if (complete && (in_time || !to_do)) count(t, generation);
  return in_time;
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

void exploration::count(const trace& t, std::uint64_t generation) {
  ++result_.explored;
  if (how_.count_traces) traces_.add(t, generation);
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
    if (go_on) keep_plans_small();
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
  result_.redundant = redundant_before_ + strategy_->redundant();
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

result check(const std::function<void()>& body, const options& how) {
  return how.strategy == "auto" ? check_automatically(body, how) : exploration(body, how).run();
}

}  // namespace heddle::checker
