// A worker: a thread that runs goroutines, with queues, free records, stacks and timers of its own.
//
// A goroutine that stops switches straight to the next one. Where none can run at once it switches
// to the worker's own stack, which fires timers, steals, and sleeps.
//
// Invariants:
// 1. A goroutine is running on one worker, or in one queue, or blocked: in a wait queue, a timer or
//    a blocking call, whose completion resumes it once.
// 2. A goroutine that blocks holds a lock of what it waits for until the worker has left its stack:
//    nobody can resume it before.
// 3. Only its worker touches a worker, but for the queues' stealing ends, the slot and the timers.
// 4. What runs before a switch, on the stack of the goroutine that stops, takes no lock of a channel
//    and fires no timer: that goroutine may be holding the lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "atomics.hpp"
#include "context_switch.hpp"
#include "free_depot.hpp"
#include "heddle/run_queue.hpp"
#include "next_slot.hpp"
#include "pooled_goroutine.hpp"
#include "steal_deque.hpp"
#include "timer_shelf.hpp"
#include "woken_ring.hpp"

namespace heddle::performance {

class pool;

class worker {
 public:
  // `policy`: the program's own run queue, or null for work stealing.
  worker(pool& home, unsigned index, std::unique_ptr<run_queue> policy);
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  // The calling thread's, or null. Not inlined, since a goroutine may move between threads.
  static worker* current() noexcept;
  // The same for functions in which no goroutine switches.
  static worker* current_inline() noexcept { return this_threads_; }

  // Runs goroutines on the calling thread until the program ends.
  void work();

  pooled_goroutine* running() const noexcept { return running_; }
  pool& home() const noexcept { return home_; }
  unsigned index() const noexcept { return index_; }
  timer_shelf& timers() noexcept { return timers_; }
  run_queue* policy() const noexcept { return policy_.get(); }

  // The running goroutine gives up its turn: it is blocked, or yields. What to switch to; after the
  // switch, arrive() is called on the worker that it is then on.
  core::execution_context& depart(detail::spin_lock* held) noexcept;
  core::execution_context* depart_for_a_turn() noexcept;
  void arrive() noexcept {
    if (held_ != nullptr) std::exchange(held_, nullptr)->unlock();
    if (yielding_ != nullptr) push_woken(*std::exchange(yielding_, nullptr));
    if (any_left_) [[unlikely]]
      clear_away();
  }

  // A free record; its start; its return.
  pooled_goroutine& take_record(place at);
  void start(pooled_goroutine& g) noexcept;
  void drop_record(pooled_goroutine& g) noexcept;
  void resume(pooled_goroutine& g) noexcept;
  void resume_last(pooled_goroutine& g) noexcept;

  std::uint32_t random() noexcept;
  std::uint32_t coarse_ms() const noexcept { return coarse_ms_; }
  std::int64_t goroutines() const noexcept { return goroutines_.load(std::memory_order_relaxed); }
  // Whether a queue that thieves look at is not empty.
  bool has_queued() const noexcept { return spawned_.size() > 0 || woken_.size() > 0; }
  bool has_work() const noexcept {
    return has_queued() || slot_.occupied();
  }
  // Fires the timers of `shelf` that are due. On a worker's own stack only.
  void fire_due(timer_shelf& shelf);

 private:
  static void enter(void* unused);
  void run_task(pooled_goroutine& g) noexcept;
  void release_record(pooled_goroutine& g) noexcept;
  core::execution_context& begin_turn(pooled_goroutine* next, bool may_map) noexcept;
  [[noreturn]] void leave_for_good(pooled_goroutine* next);
  [[noreturn]] void end_program();
  void clear_away() noexcept;
  bool bind_stack(pooled_goroutine& g, bool may_map);
  void unbind_stack(pooled_goroutine& g) noexcept;
  void push_woken(pooled_goroutine& g) noexcept;
  void push_to_policy(pooled_goroutine& g, readied how) noexcept;
  core::execution_context* depart_by_policy(pooled_goroutine& self) noexcept;

  // turns.hpp, choosing.cpp: who is next. pick() looks at this worker's queues only; null: ask the worker's
  // own stack, where find_work() waits for a goroutine, or returns null when the worker must stop.
  pooled_goroutine* pick() noexcept;
  pooled_goroutine* pick_fairly() noexcept;
  static std::uint32_t next_fair_turn(std::uint32_t turn, std::uint32_t turns) noexcept;
  pooled_goroutine* pick_by_policy() noexcept;
  bool must_leave() const noexcept;
  bool timers_are_due() noexcept;
  bool clock_says_due() noexcept;
  void fire_for_others();
  pooled_goroutine* find_work();
  bool search();
  void take_up_work();
  bool look_around(bool thoroughly);
  bool look_up() noexcept;
  bool look_elsewhere(time_point now) noexcept;
  void relieve_neighbour() noexcept;
  bool steal_from(worker& victim);
  bool steal_stale_slot(worker& victim);
  void judge_theft() noexcept;
  void rest();
  void rest_until_called();
  void doze();
  void retire();

  static constinit thread_local worker* this_threads_;

  // Written by this worker alone, at every turn.
  pool& home_;
  pooled_goroutine* running_ = nullptr;            // null on the worker's own stack
  core::thread_exceptions* exceptions_ = nullptr;  // of the thread that works
  detail::spin_lock* held_ = nullptr;              // released once its holder's stack was left
  pooled_goroutine* yielding_ = nullptr;           // queued once its stack was left
  bool any_left_ = false;                          // clear_away() has something to do
  std::atomic<std::uint32_t> tick_{0};             // turns given so far; thieves see it move
  std::uint32_t fair_turn_ = 64;                   // pick_fairly()'s next
  std::uint32_t fired_ = 0;                        // timers; their goroutines are to run soon
  std::uint32_t turns_until_clock_ = 1;
  std::uint32_t coarse_ms_ = 0;
  std::uint32_t yields_until_look_ = 1;  // of those whose turn nobody here wants
  std::uint32_t next_id_ = 0;
  std::uint32_t last_id_ = 0;
  std::uint32_t random_;
  // Spawned here minus ended here. Relaxed: read for the sum over all workers.
  std::atomic<std::int64_t> goroutines_{0};
  free_cache<std_atomics> records_;
  free_cache<std_atomics> stacks_;
  core::execution_context own_;          // the thread's own stack
  core::execution_context left_;         // of a goroutine that has ended
  core::stack left_stack_;               // its stack, if that has to wait
  pooled_goroutine* unbound_ = nullptr;  // next to run, for which no stack was at hand
  const unsigned index_;

  // How it went lately when this worker was a thief.
  bool searching_ = false;  // counts as such (parking.hpp)
  bool watched_ = false;    // had the watch when it last slept, and nobody has it since
  bool stole_ = false;      // since it had work of its own
  bool was_woken_ = false;
  unsigned discouraged_ = 0;
  time_point last_theft_{};
  time_point last_clock_{};

  // What it does for others while goroutines keep it from being idle (stealing.cpp).
  time_point last_look_{};
  time_point next_look_elsewhere_{};
  bool others_timers_are_due_ = false;  // to be fired on its own stack
  unsigned neighbour_ = 0;              // who was looked at last,
  std::uint32_t neighbours_tick_ = 0;   // and its tick then

  // What others look at.
  steal_deque<std_atomics, pooled_goroutine> spawned_;
  woken_ring<std_atomics, pooled_goroutine> woken_;
  alignas(64) next_slot<std_atomics, pooled_goroutine> slot_;
  timer_shelf timers_;
  const std::unique_ptr<run_queue> policy_;
};

}  // namespace heddle::performance
