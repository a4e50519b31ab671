// Performance mode's engine: a program's goroutines on one or several workers. The thread that
// called heddle::run is the first worker.
//
// Beside the workers this holds what they share: who sleeps, what came from outside, records and
// stacks, blocking calls, and when the program ends, by main's return or by a deadlock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "blocking_threads.hpp"
#include "engine.hpp"
#include "goroutine_table.hpp"
#include "heddle/runtime.hpp"
#include "heddle/stats.hpp"
#include "parking.hpp"
#include "pool_worker.hpp"
#include "pooled_goroutine.hpp"
#include "stack_store.hpp"

namespace heddle::performance {

class text_sink;

class pool final : public core::engine {
 public:
  static constexpr unsigned most_workers = parking<std_atomics>::most_workers;

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
  // The same for a stack overflow at `address`; returns if that is in nobody's guard.
  void end_if_overflown(const void* address) noexcept;

  void spawn(std::unique_ptr<detail::task> work, const go_options& options) override;
  core::goroutine* current() noexcept override;
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

  // Looking at the program, from any thread (introspection.cpp). describe_all is for a signal
  // handler: it neither allocates nor waits.
  statistics stats() noexcept;
  std::vector<goroutine_info> goroutines();
  std::string dump();
  void describe_all(text_sink& to) noexcept;

  // For the workers.
  goroutine_table& table() noexcept { return table_; }
  stack_store& stacks() noexcept { return stacks_; }
  parking<std_atomics>& idle() noexcept { return parking_; }
  std::uint32_t seed() const noexcept { return seed_; }
  std::uint32_t take_ids(std::uint32_t many) noexcept {
    return last_id_.fetch_add(many, std::memory_order_relaxed);
  }
  void drop_name(pooled_goroutine& g) noexcept;
  bool is_main(const pooled_goroutine& g) const noexcept { return &g == main_; }
  void stop() noexcept;

  // Something a worker has to look at before it goes on: the end, or a change of max_procs.
  bool wants_attention() const noexcept { return attention_.load(std::memory_order_relaxed); }
  bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }
  bool is_surplus(unsigned index) const noexcept { return index >= procs(); }
  unsigned procs() const noexcept { return procs_.load(std::memory_order_acquire); }
  unsigned started() const noexcept { return started_.load(std::memory_order_acquire); }
  bool has_several() const noexcept { return started() > 1; }
  worker& worker_at(unsigned index) noexcept { return *workers_[index]; }

  // What belongs to no worker: `many` goroutines from `first` to `last` by their links.
  void inject(pooled_goroutine& first, pooled_goroutine& last, std::uint32_t many) noexcept;
  void inject_from_outside(pooled_goroutine& g) noexcept;
  bool anything_injected() const noexcept { return injected_.load(std::memory_order_acquire) > 0; }
  pooled_goroutine* take_injected() noexcept;

  // Idle workers.
  bool anything_to_do() noexcept;
  bool all_at_rest() noexcept;
  // A surplus worker has nothing any more and goes.
  void retire(unsigned index) noexcept;
  bool others_are_asleep(unsigned index) noexcept;
  // Gives some memory of stacks back that nobody has needed for a second or two. False: there was
  // none.
  bool give_back_stacks() noexcept;
  void check_for_deadlock() noexcept;
  // Until when an idle worker may sleep. One of them watches: over the timers, and over workers
  // that are busy with one long turn; the others sleep until they are called. Who is about to sleep
  // prepares the watch before it counts as asleep, where nobody has it: who arms timers all the
  // time would call it back each time before it knew until when to watch.
  void prepare_watch(unsigned index) noexcept;
  time_point start_watch(unsigned index) noexcept;
  time_point earliest_event() noexcept;
  time_point earliest_of_surplus() noexcept;  // of the timers of surplus workers
  bool end_watch(unsigned index) noexcept;  // says whether this worker was the one
  void call_is_finished(blocking_call& call) noexcept;
  void count_theft() noexcept { thefts_.fetch_add(1, std::memory_order_relaxed); }
  void count_park() noexcept { parks_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void start_workers(unsigned procs);
  void start_worker();
  std::vector<std::thread> take_threads();
  void count_as_parallel(bool parallel) noexcept;
  void set_name(pooled_goroutine& g, std::string_view name);
  time_point earliest_timer(unsigned first_worker = 0) noexcept;
  bool any_timer_awaited() noexcept;
  void drop_timers();
  std::vector<const pooled_goroutine*> all_goroutines();

  const std::size_t stack_bytes_;
  const bool own_policy_;
  const std::uint32_t seed_;
  std::atomic<bool> attention_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> procs_;
  std::atomic<unsigned> started_{0};
  std::atomic<bool> reporting_{false};  // records are being read: nothing of them may go
  std::mutex names_mutex_;              // guards the names of goroutines, where they have one
  pooled_goroutine* main_ = nullptr;
  std::atomic<std::uint32_t> last_id_{0};
  goroutine_table table_;
  stack_store stacks_;
  parking<std_atomics> parking_;

  std::array<std::unique_ptr<worker>, most_workers> workers_;
  std::vector<std::thread> threads_;  // of all workers but the first
  std::mutex procs_mutex_;            // of changes of procs_ and of threads_
  bool parallel_ = false;             // this program counts as one of detail::parallel_programs

  std::mutex injection_mutex_;  // guards the list; injected_ is its length, for peeking
  runnable* first_injected_ = nullptr;
  runnable* last_injected_ = nullptr;
  std::atomic<std::uint32_t> injected_{0};

  static constexpr unsigned nobody = most_workers;
  std::mutex watch_mutex_;  // guards watchman_, and changes of watched_until_
  unsigned watchman_ = nobody;
  // Relaxed, between barriers: who arms a timer and who watches see each other. The earliest time
  // there is says that the watchman has not looked for timers yet.
  std::atomic<duration::rep> watched_until_{duration::max().count()};

  std::atomic<duration::rep> next_look_{0};  // at idle stacks: when it is due; relaxed

  std::atomic<int> outstanding_calls_{0};
  blocking_threads blocking_;
  std::atomic<std::uint64_t> thefts_{0};  // statistics; relaxed
  std::atomic<std::uint64_t> parks_{0};
};

}  // namespace heddle::performance
