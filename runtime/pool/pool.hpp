// Performance mode's engine: goroutines on one worker, the thread that called heddle::run.
//
// A goroutine that stops switches straight to the next one. Where none can run it switches to the
// worker's own stack, which sleeps until a timer is due or another thread has something, and which
// finds out that nothing ever will: the deadlock.
//
// Invariants:
// 1. A goroutine is running, or in the run queue, or blocked: in a wait queue, a timer or a
//    blocking call, whose completion calls ready() once.
// 2. Only the worker touches the pool. Other threads reach it through blocking_threads.
// 3. The stack of a finished goroutine is freed by the next to run, never by itself.
#pragma once

#include <cstdint>
#include <memory>
#include <random>

#include "blocking_threads.hpp"
#include "engine.hpp"
#include "heddle/runtime.hpp"
#include "pooled_goroutine.hpp"
#include "stack.hpp"
#include "timer_heap.hpp"

namespace heddle::performance {

class pool final : public core::engine {
 public:
  // REQUIRES: procs > 0.
  pool(const run_options& options, int procs);
  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;
  // Abandons the goroutines that are left: their stacks are freed, their destructors do not run.
  ~pool() override;

  // Runs the main goroutine, and the others beside it, until the main one returns. Once.
  void run_main(std::unique_ptr<detail::task> work, place at);
  // Ends the process because of the exception being handled, which nobody catches.
  [[noreturn]] void end_by_uncaught_exception() noexcept;

  void spawn(std::unique_ptr<detail::task> work, const go_options& options) override;
  core::goroutine* current() noexcept override { return current_; }
  void park(const core::operation& why) override;
  void ready(core::goroutine& g) override;
  void yield(place at) override;
  time_point now(place at) override;
  void arm(detail::timer_state& t) override;
  void disarm(detail::timer_state& t) override;
  int choose(int n, place at) override;
  int num_goroutines(place at) override;
  int max_procs(int n) override;
  void run_blocking(const std::function<void()>& f, place at) override;
  void note_failure(const panic& failure) override;

  // Exploration's verbs: never called in performance mode.
  bool announce(std::span<const core::operation> offers, core::decision& picked) override;
  void note_value(std::uint64_t bits) override;
  void plain_access(const core::memory_access& access) override;
  core::object_id name_object(const char* what, place at) override;
  std::uint64_t order_of(core::object_id o) const override { return o; }

 private:
  static void enter(void* self);
  [[noreturn]] void finish(pooled_goroutine& self);
  void stop_running(pooled_goroutine& self);
  pooled_goroutine* next_to_run() noexcept;
  core::execution_context& begin_turn(pooled_goroutine* next) noexcept;
  void free_finished() noexcept;
  void collect_blocking_calls();
  void fire_due_timers();
  void drop_timers();
  void sleep();
  void add_member(pooled_goroutine& g) noexcept;
  void remove_member(pooled_goroutine& g) noexcept;
  void abandon(pooled_goroutine& g) noexcept;

  const std::size_t stack_bytes_;
  int procs_;
  core::stack_pool stacks_;
  std::unique_ptr<run_queue> queue_;
  timer_heap timers_;
  blocking_threads blocking_;
  std::size_t outstanding_calls_ = 0;
  std::mt19937 random_;

  core::execution_context worker_;        // the thread's own stack
  pooled_goroutine* current_ = nullptr;   // null on the worker's stack and while dispatching
  pooled_goroutine* finished_ = nullptr;  // its stack was left for good
  pooled_goroutine* main_ = nullptr;      // null once it has returned
  pooled_goroutine* oldest_ = nullptr;
  pooled_goroutine* newest_ = nullptr;
  int members_ = 0;
  std::uint32_t last_id_ = 0;
};

}  // namespace heddle::performance
