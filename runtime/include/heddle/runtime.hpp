// The runtime itself: running a program at speed, and looking at it.
//
//   int main() { return heddle::run([] { serve(); }); }
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "heddle/go.hpp"
#include "heddle/run_queue.hpp"

namespace heddle {

struct run_options {
  int procs = 0;                           // workers; 0: HEDDLE_PROCS, else one for each core
  std::size_t stack_bytes = 256 * 1024;    // reserved per goroutine
  run_queue_factory make_run_queue = {};   // the scheduler; empty: work stealing
};

// Runs `f` as the main goroutine of a program in performance mode and returns 0 when it returns.
// The other goroutines are abandoned then, as in Go: their stacks are freed, their destructors do
// not run, and what they were blocked on must not be used by a later run. A panic that nobody
// catches, and a state where every goroutine is blocked for good, print Go's report on standard
// error and exit the process with status 2, running no destructors. Panics when called by a
// goroutine. Where the system has no thread for a worker the program runs with those that it got, of
// which the calling thread is one; max_procs() tells how many.
int run(std::function<void()> f, const run_options& options = {}, place at = place::current());

// Lets other goroutines run. In exploration mode the caller continues when another goroutine has
// changed something that it has read since its last yield, or when no other can run; write a
// spinning wait as `while (!ready.load()) heddle::yield();`.
void yield(place at = place::current());

// Goroutines that exist now, the caller included. One that has done its last operation may not have
// returned yet, and counts until it has.
int num_goroutines(place at = place::current());

// Sets how many workers run goroutines, at most 64, if n > 0, and returns the previous setting:
// GOMAXPROCS. A program with a run queue of its own keeps its one worker. Throws std::system_error
// where the system has no thread for a worker; those that could be started run then.
int max_procs(int n = 0);

namespace detail {
void run_blocking(const std::function<void()>& f, place at);
}

// Runs `f`, which may block its OS thread, without holding up other goroutines, and returns what
// it returns. `f` must not call Heddle. In exploration mode it simply runs. Throws std::system_error,
// with `f` not called, where the system has no thread for it.
template <class F>
auto blocking(F&& f, place at = place::current()) {
  using result = std::invoke_result_t<F&>;
  if constexpr (std::is_void_v<result>) {
    detail::run_blocking([&] { f(); }, at);
  } else {
    std::optional<result> value;
    detail::run_blocking([&] { value.emplace(f()); }, at);
    return std::move(*value);
  }
}

}  // namespace heddle
