// What a worker does that has nothing to run: it searches the others for a while and then sleeps.
//
// A second worker pays only for work that is longer than what it costs to move it: a cache line
// that goes to another core costs as much as ten channel operations, waking a thread a hundred. So
// a thief whose loot was short, and one that was woken for nothing, is discouraged: it dozes twice
// as long each time, and nobody wakes it meanwhile. Loot that lasts encourages it again.
#include <algorithm>
#include <cassert>
#include <chrono>
#include <utility>

#include "heddle/detail/spin_lock.hpp"
#include "turns.hpp"

namespace heddle::performance {

namespace {

using namespace std::chrono_literals;

constexpr duration worth_stealing = 20us;
constexpr duration longest_search = 30us;
constexpr duration shortest_doze = 50us;
constexpr unsigned most_discouraged = 5;  // dozes of 1.6 ms
constexpr std::size_t most_loot = 64;
constexpr std::uint32_t yields_between_looks = 64;
constexpr duration long_yields = 8us;  // for that many

time_point steady_now() { return time_point(std::chrono::steady_clock::now().time_since_epoch()); }

}  // namespace

// Called when this worker has run out of work: was what it stole worth it?
void worker::judge_theft() noexcept {
  const bool fruitless = was_woken_ && !stole_;
  if (!stole_ && !fruitless) return;
  if (stole_ && steady_now() - last_theft_ >= worth_stealing)
    discouraged_ = 0;
  else
    discouraged_ = std::min(discouraged_ + 1, most_discouraged);
  stole_ = was_woken_ = false;
}

// Looks for work elsewhere; true: there is some here now, or the worker must look up.
bool worker::search() {
  if (!home_.has_several()) return false;
  if (stole_) judge_theft();
  if (discouraged_ > 0 && !searching_) {
    if (!home_.others_are_asleep(index_)) {
      doze();
      return look_around(true);
    }
  }
  if (!searching_) searching_ = home_.idle().begin_search(home_.procs());
  if (!searching_) return false;
  detail::back_off wait;
  const time_point end = steady_now() + longest_search;
  do {
    if (look_around(false)) return true;
    if (must_leave() || home_.anything_injected()) return true;
    wait.pause();
  } while (steady_now() < end);
  return look_around(true);
}

// This worker has found work. Somebody else is to look for more, and to watch where this one did.
void worker::take_up_work() {
  const bool watched = std::exchange(watched_, false);
  if (std::exchange(searching_, false))
    home_.idle().end_search();
  else if (watched)
    home_.idle().work_came();
}

// One look at every other worker. What is found lies in this worker's queues.
bool worker::look_around(bool thoroughly) {
  const unsigned workers = home_.started();
  const unsigned start = random() % workers;
  for (unsigned i = 0; i < workers; ++i) {
    worker& victim = home_.worker_at((start + i) % workers);
    if (&victim == this) continue;
    if (steal_from(victim)) return true;
    if (victim.timers_.earliest() <= steady_now()) {
      fire_due(victim.timers_);
      if (has_work()) return true;
    }
  }
  if (!thoroughly) return false;
  for (unsigned i = 0; i < workers; ++i) {
    worker& victim = home_.worker_at((start + i) % workers);
    if (&victim != this && steal_stale_slot(victim)) return true;
  }
  return home_.anything_injected();
}

// Takes half of what was spawned, or else of what was woken.
bool worker::steal_from(worker& victim) {
  std::size_t many = std::min((victim.spawned_.size() + 1) / 2, most_loot);
  bool any = false;
  for (; many > 0; --many) {
    pooled_goroutine* g = victim.spawned_.steal();
    if (g == nullptr) break;
    spawned_.push(g);
    any = true;
  }
  if (!any) {
    pooled_goroutine* loot[decltype(woken_)::capacity / 2];
    const std::uint32_t taken = victim.woken_.steal_half(loot);
    for (std::uint32_t i = 0; i < taken; ++i) push_woken(*loot[i]);
    any = taken > 0;
  }
  if (any) {
    stole_ = true;
    last_theft_ = steady_now();
    home_.count_theft();
  }
  return any;
}

// The slot is taken only while its owner is busy with one long turn: who was readied last is best
// run where its cache lines are.
bool worker::steal_stale_slot(worker& victim) {
  if (!victim.slot_.occupied()) return false;
  const std::uint32_t turn = victim.tick_.load(std::memory_order_relaxed);
  const time_point end = steady_now() + worth_stealing;
  detail::back_off wait;
  while (steady_now() < end) {
    wait.pause();
    if (victim.tick_.load(std::memory_order_relaxed) != turn) return false;
  }
  pooled_goroutine* g = victim.slot_.steal();
  if (g == nullptr) return false;
  push_woken(*g);
  stole_ = true;
  last_theft_ = steady_now();
  return true;
}

// For a goroutine that yields where nobody here wants the turn, on its stack: whether the worker has
// to do something else. Reading the clock costs as much as several yields, so it is not for each.
bool worker::look_up() noexcept {
  [[maybe_unused]] const detail::unwatched_scope looking;
  const time_point now = steady_now();
  yields_until_look_ = now - last_look_ > long_yields ? 1 : yields_between_looks;
  last_look_ = now;
  if (home_.anything_injected() || must_leave() || timers_.earliest() <= now) return true;
  return now >= next_look_elsewhere_ && home_.has_several() && look_elsewhere(now);
}

// Such a worker has nothing to do but to wait, so it takes what others have queued, as an idle one
// does that dozes; but for timers, which are fired on its own stack. What it stole before is not
// judged here: that may be who yields. True: there is something.
bool worker::look_elsewhere(time_point now) noexcept {
  next_look_elsewhere_ = now + shortest_doze * (1U << discouraged_);
  const unsigned workers = home_.started();
  const unsigned start = random() % workers;
  for (unsigned i = 0; i < workers; ++i) {
    worker& victim = home_.worker_at((start + i) % workers);
    if (&victim == this) continue;
    if (steal_from(victim)) return true;
    if (victim.timers_.earliest() <= now) others_timers_are_due_ = true;
  }
  for (unsigned i = 0; i < workers && !others_timers_are_due_; ++i) {
    worker& victim = home_.worker_at((start + i) % workers);
    if (&victim != this && steal_stale_slot(victim)) return true;
  }
  return others_timers_are_due_;
}

// A worker that is busy looks at another now and then, at each in turn: one that has given no turn
// since the last look is in a long one. What waits there would wait for its end, where goroutines
// that only wait, by yielding, keep all the others busy.
void worker::relieve_neighbour() noexcept {
  [[maybe_unused]] const detail::unwatched_scope looking;
  const unsigned workers = home_.started();
  worker& seen = home_.worker_at(neighbour_);
  const bool is_stuck =
      &seen != this && seen.tick_.load(std::memory_order_relaxed) == neighbours_tick_;
  neighbour_ = (neighbour_ + 1) % workers;
  if (neighbour_ == index_) neighbour_ = (neighbour_ + 1) % workers;
  neighbours_tick_ = home_.worker_at(neighbour_).tick_.load(std::memory_order_relaxed);
  if (!is_stuck) return;
  if (seen.timers_.earliest() <= steady_now()) others_timers_are_due_ = true;
  if (steal_from(seen)) return;
  if (!seen.slot_.occupied()) return;
  if (pooled_goroutine* g = seen.slot_.steal()) push_woken(*g);
}

// Its own timers may not wait for longer: where all others are busy, nobody else looks at them.
void worker::doze() {
  assert(!has_work());
  const time_point end = steady_now() + shortest_doze * (1U << discouraged_);
  home_.idle().doze(index_, std::min(end, timers_.earliest()));
}

// Sleeps until there is something to do; finds out that there never will be.
void worker::rest() {
  assert(!has_work());  // only thieves change the queues of an idle worker, and take
  if (was_woken_) judge_theft();
  parking<std_atomics>& idle = home_.idle();
  const bool searched = std::exchange(searching_, false);
  home_.prepare_watch(index_);
  idle.prepare_sleep(index_, searched);
  if (home_.anything_to_do() || home_.give_back_stacks()) {
    searching_ = idle.cancel_sleep(index_, searched);
    watched_ = home_.end_watch(index_) || watched_;
    return;
  }
  home_.check_for_deadlock();
  const time_point until = home_.start_watch(index_);
  home_.count_park();
  searching_ = idle.sleep(index_, until);
  was_woken_ = searching_;
  watched_ = home_.end_watch(index_);
}

// With a run queue of the program's own, whose worker is the only one.
void worker::rest_until_called() {
  if (home_.anything_injected() || home_.stopping()) return;
  home_.check_for_deadlock();
  if (home_.give_back_stacks()) return;
  const time_point earliest = home_.earliest_event();
  policy_->sleep_until(earliest == time_point::max()
                           ? run_queue::time_point::max()
                           : run_queue::time_point(earliest.time_since_epoch()));
}

// The program wants fewer workers: others take over what is queued here, until it wants more.
void worker::retire() {
  take_up_work();
  if (pooled_goroutine* g = slot_.take()) home_.inject(*g, *g, 1);
  while (pooled_goroutine* g = spawned_.pop()) home_.inject(*g, *g, 1);
  while (pooled_goroutine* g = woken_.pop()) home_.inject(*g, *g, 1);
  home_.retire(index_);
  do home_.idle().doze(index_, time_point::max());
  while (must_leave() && !home_.stopping());
  home_.idle().come_back(index_);
}

}  // namespace heddle::performance
