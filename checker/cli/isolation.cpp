#include "isolation.hpp"

#include <csignal>
#include <cstring>

#include "factory.hpp"
#include "json_report.hpp"
#include "unfinished.hpp"

namespace heddle::cli {

namespace {

using checker::failure;
using checker::kind;
using checker::result;
using checker::verdict;

// The first byte of what a worker sends says what the rest is.
constexpr char tag_result = 'r';
constexpr char tag_refused = 'x';

checker::result perform(const isolated_run& run, const checker::options& how) {
  const auto& body = run.m->body();
  switch (run.what) {
    case isolated_run::task::check:
      return checker::check(body, how);
    case isolated_run::task::estimate:
      return checker::estimate(body, how);
    case isolated_run::task::replay_schedule:
      return checker::replay_schedule(body, run.m->name(), run.schedule, how);
    case isolated_run::task::replay_seed:
      return checker::replay_seed(body, how.seed, how);
  }
  return {};
}

result internal(const isolated_run& run, std::string message) {
  result r;
  r.verdict = verdict::error;
  r.what = kind::internal;
  r.message = std::move(message);
  r.strategy = run.how.strategy;
  r.idle_time = run.how.idle_time;
  return r;
}

// In the worker.
std::string work(const isolated_run& run, shared_progress& progress) {
  checker::options how = run.how;
  how.log = &progress;
  how.on_progress = [&](std::uint64_t executions, std::size_t depth) {
    progress.explored(executions, depth);
  };
  how.on_estimate = [&](const checker::size_estimate& size) { progress.estimated(size.executions); };
  try {
    return tag_result + report::encode(perform(run, how));
  } catch (const checker::schedule_error& e) {
    return std::string(1, tag_refused) + e.what();
  } catch (const std::exception& e) {
    return tag_result + report::encode(internal(run, e.what()));
  }
}

std::string signal_words(int signal) {
  std::string name = strsignal(signal);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name + " (signal " + std::to_string(signal) + ")";
}

std::string death(const isolated_run& run, const outcome& ended) {
  switch (ended.ended) {
    case outcome::how::signalled:
      return signal_words(ended.code);
    case outcome::how::exited:
      return "the process ended in the midst of an execution, with status " +
             std::to_string(ended.code);
    case outcome::how::hung: {
      std::string seconds = std::to_string(run.hang_seconds);
      seconds.erase(seconds.find_last_not_of('0') + 1);
      if (seconds.ends_with('.')) seconds.pop_back();
      return "no operation was reached for " + seconds + " s";
    }
    case outcome::how::delivered:
      break;
  }
  return "";
}

explore::schedule partial_schedule(const isolated_run& run, explore::schedule s) {
  s.program = explore::program_hash(run.m->name());
  s.idle_time = run.how.idle_time;
  if (s.steps > run.how.max_steps) s.step_bound = run.how.max_steps;
  return s;
}

// Tells how the execution went, in a worker of its own; without a story if that one dies too.
void add_story(const isolated_run& run, const explore::schedule& s, failure& f) {
  worker w(
      [&](shared_progress& progress) {
        checker::options how = run.how;
        how.log = &progress;
        result r;
        r.failures.push_back(detect::retell(run.m->body(), s, how));
        return report::encode(r);
      },
      printing::dropped, std::chrono::duration<double>(run.hang_seconds));
  const std::optional<outcome> told = run_one(w);
  if (!told || told->ended != outcome::how::delivered) return;
  failure retold = report::decode(told->text).failures.front();
  f.goroutines = std::move(retold.goroutines);
  f.story = std::move(retold.story);
}

// Whether the schedule leads to the same death once more.
bool dies_again(const isolated_run& run, const std::string& schedule, const outcome& before) {
  isolated_run again = run;
  again.what = isolated_run::task::replay_schedule;
  again.schedule = schedule;
  const std::unique_ptr<worker> w = start(again, printing::dropped);
  const std::optional<outcome> now = run_one(*w);
  return !now || (now->ended == before.ended && now->code == before.code);
}

result died(const isolated_run& run, const outcome& ended) {
  result r;
  r.verdict = verdict::failed;
  r.what = ended.ended == outcome::how::hung ? kind::livelock : kind::crash;
  r.message = death(run, ended);
  r.stopped_by = "failure";
  r.strategy = run.what == isolated_run::task::replay_schedule ? "replay" : run.how.strategy;
  r.idle_time = run.how.idle_time;
  r.preemptions = run.how.preemptions;
  if (run.how.strategy == "auto") r.chosen_by = "auto";
  if (run.how.strategy == "auto" || explore::is_sampling(run.how.strategy)) r.seed = run.how.seed;
  r.longest = ended.progress->depth();
  r.peak_memory_mb = ended.peak_memory_mb;
  failure f;
  f.what = r.what;
  f.execution = ended.progress->executions();
  if (run.what == isolated_run::task::replay_schedule) {
    f.schedule = run.schedule;
  } else if (const auto partial = ended.progress->unfinished_schedule()) {
    f.schedule = explore::to_text(partial_schedule(run, *partial));
    if (ended.ended != outcome::how::hung && !dies_again(run, f.schedule, ended)) {
      if (ended.code == SIGKILL && ended.ended == outcome::how::signalled)
        return internal(run, "the worker was killed from outside: by hand, or since memory ran out");
      r.message += ", which did not come again when its schedule was followed";
    }
  } else {
    r.message += ", after more decisions than can be kept";
  }
  f.message = r.message;
  if (!f.schedule.empty()) add_story(run, explore::parse_schedule(f.schedule), f);
  r.explored = f.execution;
  r.failures.push_back(std::move(f));
  return r;
}

}  // namespace

std::unique_ptr<worker> start(const isolated_run& run, printing output) {
  return std::make_unique<worker>([&run](shared_progress& progress) { return work(run, progress); },
                                  output, std::chrono::duration<double>(run.hang_seconds));
}

std::optional<answer> answer_of(const isolated_run& run, const outcome& ended) {
  if (ended.ended == outcome::how::delivered) {
    const std::string body = ended.text.substr(1);
    if (ended.text.front() == tag_refused) return answer{{}, body};
    answer a{report::decode(body), ""};
    a.found.peak_memory_mb = ended.peak_memory_mb;
    return a;
  }
  if (!ended.progress->model_is_running())
    return answer{internal(run, "the checker itself ended: " + death(run, ended)), ""};
  answer a{died(run, ended), ""};
  if (interrupted_by() != 0) return std::nullopt;
  return a;
}

}  // namespace heddle::cli
