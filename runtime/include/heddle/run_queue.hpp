// The scheduler of performance mode as a plug-in: which runnable goroutine runs next, and how the
// worker sleeps when there is none (after Boost.Fiber's `algorithm`). Without one, workers steal from
// each other (docs/design/performance.md); a program that brings one has a single worker.
//
//   class newest_first final : public heddle::run_queue {   // last in, first out
//     void push(heddle::runnable& r, heddle::readied) noexcept override {
//       r.link = std::exchange(top_, &r);
//     }
//     heddle::runnable* pop() noexcept override {
//       return top_ == nullptr ? nullptr : std::exchange(top_, top_->link);
//     }
//     ...
//   };
//   heddle::run(serve, {.make_run_queue = [] { return std::make_unique<newest_first>(); }});
//
// Only the worker calls push, pop and sleep_until; notify may be called by any
// thread. None of them may throw, call Heddle or look into a goroutine.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace heddle {

// A goroutine that is ready to run, as a queue sees it. While it is in a queue its link is the
// queue's to use; it is in one queue at most.
struct runnable {
  runnable* link = nullptr;
};

// Why a goroutine became ready.
enum class readied {
  spawned,  // by its creation
  woken,    // what it was blocked in has completed
  yielded,  // it gave up its turn; the others come first
};

class run_queue {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  virtual ~run_queue() = default;

  // Takes a goroutine over.
  virtual void push(runnable& r, readied why) noexcept = 0;
  // Gives the goroutine to run next, or null when there is none. Every goroutine that was pushed
  // comes out once, and none waits for ever while others come and go.
  virtual runnable* pop() noexcept = 0;

  // Blocks the thread until notify() was called, or until `deadline`; time_point::max() is none.
  // A notification that came since the last sleep ends this one at once. Called when pop() gave
  // null; may return early.
  virtual void sleep_until(time_point deadline) noexcept = 0;
  // Ends the worker's sleep: something came from another thread.
  virtual void notify() noexcept = 0;
};

// Makes a run queue.
using run_queue_factory = std::function<std::unique_ptr<run_queue>()>;

// The deterministic policy: first in, first out. The order of execution then depends on nothing but
// the program, its timers and its random choices.
//
//   heddle::run(serve, {.make_run_queue = heddle::first_in_first_out});
std::unique_ptr<run_queue> first_in_first_out();

}  // namespace heddle
