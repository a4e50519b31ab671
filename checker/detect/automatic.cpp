#include "automatic.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>

#include "detect.hpp"
#include "factory.hpp"
#include "part_search.hpp"
#include "search_size.hpp"
#include "trace_counter.hpp"

namespace heddle::checker {

namespace {

using clock = std::chrono::steady_clock;

constexpr double default_seconds = 60;
constexpr std::uint64_t default_samples = 4000;
constexpr std::uint64_t first_slice = 100;
constexpr std::uint64_t longest_slice = 10000;
constexpr std::array<const char*, 4> samplers{"surw", "pct", "pos", "random"};

// Where executions run into the step bound nothing is exhausted, and planning what comes after one
// of them takes long.
bool fits(const probing& p, const options& how) {
  if (p.cut > 0) return false;
  const double seconds = how.max_seconds > 0 ? how.max_seconds : default_seconds;
  if (how.max_executions != 0 && p.size.executions > static_cast<double>(how.max_executions))
    return false;
  return p.size.executions * p.seconds_per_execution <= seconds;
}

class portfolio {
 public:
  portfolio(const std::function<void()>& body, const options& how)
      : body_(body),
        how_(how),
        seconds_(how.max_seconds > 0 ? how.max_seconds : default_seconds),
        executions_(how.max_executions != 0  ? how.max_executions
                    : how.max_seconds > 0 ? ~std::uint64_t{0}
                                          : default_samples) {
    all_.strategy = explore::portfolio;
    all_.seed = how.seed;
    all_.idle_time = how.idle_time;
    all_.preemptions = how.preemptions;
  }

  result run();

 private:
  bool run_slice(std::uint64_t round, const char* sampler, std::uint64_t executions);
  void add(result slice);
  double elapsed() const {
    return std::chrono::duration<double>(clock::now() - started_).count();
  }

  const std::function<void()>& body_;
  const options& how_;
  double seconds_;
  std::uint64_t executions_;
  std::uint64_t done_ = 0;
  clock::time_point started_ = clock::now();
  trace_counter traces_;
  std::map<std::string, std::size_t> known_;  // failures by signature
  result all_;
};

// False: it is over.
bool portfolio::run_slice(std::uint64_t round, const char* sampler, std::uint64_t executions) {
  options how = how_;
  how.strategy = sampler;
  how.seed = how_.seed + round;
  how.max_executions = std::min(executions, executions_ - done_);
  how.max_seconds = seconds_ - elapsed();
  if (how.max_executions == 0 || how.max_seconds <= 0) return false;
  how.count_traces = false;  // here, over all slices
  if (how_.count_traces)
    how.on_execution = [&](const explore::trace& t) {
      if (t.ended != explore::ending::abandoned) traces_.add(t, 0);
      if (how_.on_execution) how_.on_execution(t);
    };
  if (how_.on_progress)
    how.on_progress = [&](std::uint64_t now, std::size_t depth) {
      how_.on_progress(done_ + now, std::max(depth, all_.longest));
    };
  add(check(body_, how));
  if (all_.verdict == verdict::error) return false;
  return all_.failures.empty() || how_.keep_going;
}

void portfolio::add(result slice) {
  for (failure& f : slice.failures) {
    f.strategy = slice.strategy;
    f.execution += done_;
    const auto [at, fresh] = known_.emplace(detect::signature(f), all_.failures.size());
    if (fresh)
      all_.failures.push_back(std::move(f));
    else
      all_.failures[at->second].times += f.times;
  }
  done_ += slice.explored + slice.redundant;
  all_.explored += slice.explored;
  all_.blocked += slice.blocked;
  all_.redundant += slice.redundant;
  all_.cut += slice.cut;
  all_.left_out = all_.left_out || slice.left_out;
  all_.events += slice.events;
  all_.longest = std::max(all_.longest, slice.longest);
  if (all_.alive.empty()) all_.alive = std::move(slice.alive);
  add_warnings(all_, std::move(slice.warnings));
  if (slice.verdict != verdict::error) return;
  all_.verdict = verdict::error;
  all_.what = slice.what;
  all_.message = std::move(slice.message);
  all_.strategy = slice.strategy;
}

result portfolio::run() {
  bool go_on = true;
  std::uint64_t slice = first_slice;
  for (std::uint64_t round = 0; go_on; ++round) {
    for (const char* sampler : samplers)
      if (go_on) go_on = run_slice(round, sampler, slice);
    slice = std::min(2 * slice, longest_slice);
  }
  all_.seconds = elapsed();
  if (how_.count_traces) all_.distinct = traces_.distinct();
  if (all_.verdict == verdict::error) return std::move(all_);
  if (!all_.failures.empty()) {
    const failure& first = all_.failures.front();
    all_.verdict = verdict::failed;
    all_.what = first.what;
    all_.message = first.message;
    all_.strategy = first.strategy;
    if (!how_.keep_going) all_.stopped_by = "failure";
    return std::move(all_);
  }
  all_.verdict = verdict::passed;
  all_.stopped_by = done_ < executions_ ? "time" : "sampling";
  all_.message = "bounded: " + std::to_string(all_.explored) +
                 " executions by surw, pct, pos and random in turn" + preemption_words(how_) +
                 cut_words(all_, how_) + ", sampling is never complete";
  return std::move(all_);
}

}  // namespace

result check_automatically(const std::function<void()>& body, const options& how) {
  const clock::time_point start = clock::now();
  const probing p = probe(body, how, false);
  options chosen = how;
  if (how.max_seconds > 0)
    chosen.max_seconds = std::max(
        0.001, how.max_seconds - std::chrono::duration<double>(clock::now() - start).count());
  const bool exhaustive = fits(p, chosen);
  if (exhaustive) chosen.strategy = "dpor";
  result r = exhaustive ? check(body, chosen) : portfolio(body, chosen).run();
  r.chosen_by = "auto";
  if (r.strategy != "dpor" || !r.complete) {
    if (!r.estimate) r.estimate = p.size;
    if (r.strategy == explore::portfolio)
      r.message += p.cut > 0 ? "; dpor would meet longer executions than that"
                             : "; dpor would need about " + rounded(p.size.executions) +
                                   " executions";
  }
  return r;
}

result estimate(const std::function<void()>& body, const options& how) {
  const auto started = clock::now();
  const bool automatic = how.strategy == "auto";
  if (!automatic && explore::make_strategy(how.strategy) == nullptr)
    throw std::invalid_argument("there is no strategy \"" + how.strategy + "\"; there are " +
                                explore::strategy_list());
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

}  // namespace heddle::checker
