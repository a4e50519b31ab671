// Checking a function from C++: what the command line and the tests are made of.
//
//   heddle::checker::result r = heddle::checker::check([] { my_program(); });
//   REQUIRE(r.verdict == heddle::checker::verdict::verified);
//
// Explores the function's interleavings in the calling process, on the calling thread. A function
// that crashes takes the process with it; the command line isolates models in processes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::explore {
class decision_log;
struct trace;
}  // namespace heddle::explore

namespace heddle::checker {

enum class verdict { verified, passed, failed, error };

// What a failure or an error is; none for verified and passed.
enum class kind {
  none, deadlock, leak, race, panic, assertion, livelock, misuse, crash, nondeterministic, internal
};

std::string_view to_string(verdict v);
std::string_view to_string(kind k);

// About how many executions an exhaustive search takes, and between what bounds it probably lies.
struct size_estimate {
  double executions = 0;
  double low = 0;
  double high = 0;
};

struct options {
  std::string program;                        // the model's name, which its schedules carry
  std::string strategy = "dpor";              // dpor, naive, random, pct, pos, surw, auto
  std::uint64_t seed = 0;                     // of a seeded strategy
  std::uint64_t pct_depth = 3;                // how many orderings pct aims to get right; at least 1
  bool idle_time = false;                     // timers fire only when no goroutine can run
  std::uint64_t max_executions = 0;           // 0: no bound (sampling: 1000)
  std::uint64_t max_steps = 20000;            // of one execution
  double max_seconds = 0;                     // 0: no bound
  std::optional<unsigned> preemptions;        // of one execution at most; dpor: of one trace
  bool keep_going = false;                    // explore on after a failure
  bool count_traces = false;                  // tell distinct traces apart: result::distinct
  std::size_t stack_bytes = 256 * 1024;
  // dpor: memory for plans of what is left to explore. Past it the search begins again by another
  // algorithm, which has none and takes up to 1.6 times as long; what was explored is redundant.
  std::size_t most_plan_bytes = std::size_t{64} << 20;
  // Called after every execution, the trace being valid only during the call.
  std::function<void(const explore::trace&)> on_execution;
  // Called now and then with the number of executions so far.
  std::function<void(std::uint64_t executions, std::size_t depth)> on_progress;
  // Called now and then by an exhaustive search that has an idea of its size.
  std::function<void(const size_estimate&)> on_estimate;
  explore::decision_log* log = nullptr;       // told of every decision before it is carried out
};

// A goroutine that a failure involves, in words.
struct goroutine_report {
  std::string name;
  std::string created_at;  // file:line
  std::string state;       // "blocked", "runnable", "finished", "panicked"
  std::string waits_for;   // "receive on channel 1 of main (file:line)", or empty
  std::string at;          // file:line of the operation
  std::string held_by;     // who holds what it waits for, or empty
};

// One event of the failing execution, for the table: one column per goroutine.
struct story_line {
  std::string who;
  std::string what;      // "send on channel 1 of main"
  std::string partner;   // of a rendezvous or a signal, or empty
  std::string at;
};

// One of the two accesses of a data race.
struct access_report {
  std::string who;
  std::string what;                // "write", "read"
  std::string at;                  // file:line
  std::vector<std::string> calls;  // "function at file:line", innermost first, where it is known
  // The synchronisation nearest to it: of the first access the next that its goroutine did, of the
  // second the last before it. It was not enough to order them.
  std::string nearest;
};

struct race_report {
  std::string variable;  // "var 1 of main (file:line)"
  access_report first;   // in the execution that is shown
  access_report second;
};

struct failure {
  checker::kind what = kind::none;
  std::string message;                     // one line
  std::vector<goroutine_report> goroutines;
  std::optional<race_report> race;         // of a data race
  std::vector<story_line> story;
  std::string schedule;                    // for `replay --schedule`
  std::string strategy;                    // the seed's, if it was chosen by `auto`
  std::optional<std::uint64_t> seed;       // for `replay --seed`, of a seeded strategy
  std::uint64_t execution = 0;             // which one it was, from 1
  std::uint64_t times = 1;                 // how often it was met, under keep_going
};

// Something to know that is no failure.
struct warning {
  std::string kind;                 // "lock order", "memory order"
  std::string message;              // one line
  std::vector<std::string> places;  // file:line
};

struct result {
  checker::verdict verdict = verdict::verified;
  checker::kind what = kind::none;
  std::string message;          // why it stopped, what the error was; empty for verified
  bool complete = false;        // every trace was explored
  std::string stopped_by;       // "executions", "steps", "time", "failure", "sampling",
                                // "preemptions", "estimate"; or empty
  std::string strategy;         // that decided the verdict; "portfolio": several samplers
  std::string chosen_by;        // "auto", or empty: by the caller
  bool idle_time = false;
  std::optional<std::uint64_t> seed;
  std::optional<unsigned> preemptions;  // the bound that was asked for
  std::uint64_t explored = 0;   // executions run to their end, those outside of a bound left out
  std::uint64_t blocked = 0;    // of these, executions in which a goroutine stayed blocked
  std::uint64_t redundant = 0;  // executions given up because they repeated an explored trace, and
                                // those from before the search began again
  bool left_out = false;        // the bound on preemptions left executions out
  std::uint64_t cut = 0;        // executions that the bound on steps ended
  std::optional<std::uint64_t> distinct;  // traces among the explored, under count_traces
  std::uint64_t events = 0;
  std::size_t longest = 0;      // events of the longest execution
  std::vector<std::string> alive;  // goroutines that could still run after main had returned
  std::optional<size_estimate> estimate;  // of an exhaustive search that was not finished
  double seconds = 0;
  double peak_memory_mb = 0;    // of the process that explored, in MiB; 0: it was the caller's own
  std::vector<failure> failures;   // distinct ones; at most one without keep_going
  std::vector<warning> warnings;
  std::vector<story_line> story;   // of a replay: what happened, failure or not
};

// What the functions below throw in a program that was compiled for checking and cannot be checked:
// it was stripped of its symbols, by which its code is told from the checker's.
struct unfit_program : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Explores. Throws std::invalid_argument for an unknown strategy.
result check(const std::function<void()>& body, const options& how = {});

// Estimates how many executions dpor or naive needs, by probes; explores nothing. Empty for a
// strategy that samples.
result estimate(const std::function<void()>& body, const options& how = {});

// Runs the one execution that a schedule or a seed stands for; `program` is the name that the
// schedule was made under. The schedule brings the meaning of time and the step bound with it.
// Throws schedule_error when the schedule is damaged, belongs to another program, or does not fit
// any more.
struct schedule_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
result replay_schedule(const std::function<void()>& body, std::string_view program,
                       std::string_view schedule, const options& how = {});
result replay_seed(const std::function<void()>& body, std::uint64_t seed, const options& how = {});

}  // namespace heddle::checker
