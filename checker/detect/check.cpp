// check(): explores a model under a strategy and judges what its executions show.
//
// Invariants:
// 1. A failure is reported only if its schedule, followed again, led to the same failure.
// 2. `verified` is said only if the strategy was exhausted and no execution was cut.
#include "heddle/check/check.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "automatic.hpp"
#include "detect.hpp"
#include "executor.hpp"
#include "factory.hpp"
#include "schedule_recorder.hpp"
#include "search_size.hpp"
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
  auto made = explore::make_strategy(how.strategy, {how.seed, samples, how.pct_depth});
  if (made == nullptr)
    throw std::invalid_argument("there is no strategy \"" + how.strategy + "\"; there are " +
                                explore::strategy_list());
  return made;
}

class exploration {
 public:
  exploration(const std::function<void()>& body, const options& how)
      : how_(how), strategy_(chosen_strategy(how)), recorder_(*strategy_), executor_(body, how) {}

  result run();

 private:
  bool execute();
  explore::schedule schedule_of(const trace& t) const;
  void count(const trace& t);
  bool judge(failure found, const explore::schedule& made);
  bool is_news(const failure& found, const explore::schedule& made);
  bool confirm(const explore::schedule& made, const std::optional<std::string>& signature);
  bool refuse(std::string why);
  bool within_budget();
  void look_at_clock();
  void conclude();

  const options& how_;
  std::unique_ptr<explore::strategy> strategy_;
  explore::schedule_recorder recorder_;
  executor executor_;
  result result_;
  trace_counter traces_;
  running_size size_;
  std::uint64_t executions_ = 0;  // the redundant ones included
  std::uint64_t cut_ = 0;
  std::vector<explore::event> events_;  // of the execution that is run again
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
  const trace& t = executor_.run(recorder_);
  ++executions_;
  if (how_.on_execution) how_.on_execution(t);
  const bool complete = t.ended != ending::abandoned;
  if (complete) count(t);
  std::optional<failure> found;
  if (complete) found = detect::find_failure(t);
  const bool first = complete && executions_ == 1;
  explore::schedule made;
  if (found || first) made = schedule_of(t);
  const bool news = found && is_news(*found, made);
  if (news) found->story = detect::story(t);
  if (news || first) events_ = t.events;
  recorder_.end(t);
  if (!recorder_.nondeterminism().empty()) return refuse(std::string(recorder_.nondeterminism()));
  // From here on the trace is gone: what follows runs other executions.
  if (found) return judge(std::move(*found), made);
  return !first || confirm(made, std::nullopt);
}

explore::schedule exploration::schedule_of(const trace& t) const {
  explore::schedule made = recorder_.recorded(t, how_.max_steps);
  made.program = explore::program_hash(how_.program);
  made.idle_time = how_.idle_time;
  return made;
}

void exploration::count(const trace& t) {
  ++result_.explored;
  if (how_.count_traces) traces_.add(t, recorder_.begun_again());
  result_.events += t.events.size();
  result_.longest = std::max(result_.longest, t.events.size());
  if (detect::any_blocked(t)) ++result_.blocked;
  if (t.ended == ending::cut || t.ended == ending::unfair_cut) ++cut_;
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
  found.seed = recorder_.seed();
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
  size_.look(executions_, recorder_.progress());
  if (how_.on_estimate && size_.estimate().executions > 0) how_.on_estimate(size_.estimate());
}

result exploration::run() {
  result_.strategy = recorder_.name();
  result_.idle_time = how_.idle_time;
  if (explore::is_sampling(how_.strategy)) result_.seed = how_.seed;
  bool go_on = true;
  while (go_on && recorder_.begin()) {
    go_on = execute();
    look_at_clock();
    // The budget stops only what is not over yet: the last trace may be the last of all.
    if (go_on && !recorder_.exhausted()) go_on = within_budget();
  }
  conclude();
  return std::move(result_);
}

// The verdict, once exploring has stopped.
void exploration::conclude() {
  result_.redundant = recorder_.redundant();
  result_.seconds = std::chrono::duration<double>(clock::now() - started_).count();
  if (how_.count_traces) result_.distinct = traces_.distinct();
  if (result_.verdict == verdict::error) return;
  if (how_.count_traces && recorder_.name() == "dpor" && cut_ == 0)
    if (std::optional<std::string> repeated = traces_.repetition()) {
      result_.verdict = verdict::error;
      result_.what = kind::internal;
      result_.message = std::move(*repeated);
      return;
    }
  const bool sampled = explore::is_sampling(how_.strategy);
  result_.complete = recorder_.exhausted() && cut_ == 0;
  if (!result_.failures.empty()) {
    result_.verdict = verdict::failed;
    result_.what = result_.failures.front().what;
    result_.message = result_.failures.front().message;
    if (!how_.keep_going) result_.stopped_by = "failure";
    return;
  }
  if (result_.complete) return;
  result_.verdict = verdict::passed;
  std::string why;
  if (sampled && result_.stopped_by != "time") {
    result_.stopped_by = "sampling";
    why = "sampling is never complete";
  } else if (result_.stopped_by == "executions") {
    why = "the bound on executions was reached";
  } else if (result_.stopped_by == "time") {
    why = "the time was up";
  } else {
    result_.stopped_by = "steps";
    why =
        std::to_string(cut_) + " of them longer than " + std::to_string(how_.max_steps) + " steps";
  }
  if (!sampled && !recorder_.exhausted()) {
    size_.look(executions_, recorder_.progress());
    if (const std::string share = share_words(executions_, size_.estimate()); !share.empty()) {
      result_.estimate = size_.estimate();
      why += ", " + share;
    }
  }
  result_.message = "bounded: " + std::to_string(result_.explored) +
                    (result_.explored == 1 ? " execution, " : " executions, ") + why;
}

}  // namespace

result estimate(const std::function<void()>& body, const options& how) {
  const auto started = clock::now();
  const bool automatic = how.strategy == "auto";
  if (!automatic) chosen_strategy(how);  // throws for an unknown one
  result r;
  r.verdict = verdict::passed;
  r.strategy = automatic ? "dpor" : how.strategy;
  r.idle_time = how.idle_time;
  r.stopped_by = "estimate";
  r.message = "estimated: a sampling strategy has no size";
  if (!explore::is_sampling(how.strategy)) {
    const probing p = probe(body, how, how.strategy == "naive");
    r.estimate = p.size;
    const char* unit = p.size.executions < 1.5 ? " execution" : " executions";
    r.message = "estimated by " + std::to_string(p.probes) + " probes: about " +
                rounded(p.size.executions) + unit + ", between " + rounded(p.size.low) +
                " and " + rounded(p.size.high) + ", " +
                duration_words(p.size.executions * p.seconds_per_execution);
  }
  r.seconds = std::chrono::duration<double>(clock::now() - started).count();
  return r;
}

result check(const std::function<void()>& body, const options& how) {
  return how.strategy == "auto" ? check_automatically(body, how) : exploration(body, how).run();
}

}  // namespace heddle::checker
