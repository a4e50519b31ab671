// What the workers share while they have nothing to do: injected goroutines, the watch over timers,
// and finding out that nothing will ever run again.
#include <algorithm>
#include <chrono>

#include "fatal_report.hpp"
#include "pool.hpp"

namespace heddle::performance {

namespace {

// How often the watchman looks whether a busy worker has left somebody in its slot.
constexpr duration between_looks = std::chrono::milliseconds(10);
constexpr duration between_looks_at_stacks = std::chrono::seconds(1);

time_point steady_now() { return time_point(std::chrono::steady_clock::now().time_since_epoch()); }

}  // namespace

void pool::inject(pooled_goroutine& first, pooled_goroutine& last, std::uint32_t many) noexcept {
  {
    const std::lock_guard hold(injection_mutex_);
    last.link = nullptr;
    (first_injected_ == nullptr ? first_injected_ : last_injected_->link) = &first;
    last_injected_ = &last;
    // Release; pairs with the acquire in anything_injected().
    injected_.fetch_add(many, std::memory_order_seq_cst);
  }
  if (detail::parallel()) parking_.work_came();
}

void pool::inject_from_outside(pooled_goroutine& g) noexcept {
  inject(g, g, 1);
  if (run_queue* policy = workers_[0]->policy())
    policy->notify();
  else
    parking_.work_came_from_outside();
}

pooled_goroutine* pool::take_injected() noexcept {
  const std::lock_guard hold(injection_mutex_);
  runnable* first = first_injected_;
  if (first == nullptr) return nullptr;
  first_injected_ = first->link;
  injected_.fetch_sub(1, std::memory_order_seq_cst);
  return static_cast<pooled_goroutine*>(first);
}

bool pool::anything_to_do() noexcept {
  if (anything_injected() || stopping()) return true;
  for (unsigned i = 0; i < started(); ++i)
    if (workers_[i]->has_queued()) return true;
  return false;
}

// A surplus worker that has not gone yet may be running a goroutine still, so it counts.
bool pool::all_at_rest() noexcept { return parking_.all_at_rest(started()); }

// A sleeper looks again: it may have missed the deadlock, and this worker may have had the watch.
void pool::retire(unsigned index) noexcept {
  parking_.retire(index);
  parking_.wake_one();
}

bool pool::others_are_asleep(unsigned) noexcept {
  return parking_.asleep() + 1 >= static_cast<int>(procs());
}

bool pool::give_back_stacks() noexcept {
  if (!stacks_.any_idle()) return false;
  const time_point now = steady_now();
  duration::rep due = next_look_.load(std::memory_order_relaxed);
  if (due <= now.time_since_epoch().count() &&
      next_look_.compare_exchange_strong(due,
                                         (now + between_looks_at_stacks).time_since_epoch().count(),
                                         std::memory_order_relaxed))
    stacks_.look_over();
  return stacks_.give_back_some();
}

time_point pool::earliest_timer(unsigned first_worker) noexcept {
  time_point earliest = time_point::max();
  for (unsigned i = first_worker; i < started(); ++i)
    earliest = std::min(earliest, workers_[i]->timers().earliest());
  return earliest;
}

time_point pool::earliest_of_surplus() noexcept { return earliest_timer(procs()); }

// Of those that an idle worker has to see to.
time_point pool::earliest_event() noexcept {
  const time_point timer = earliest_timer();
  if (!stacks_.any_idle()) return timer;
  return std::min(timer, time_point(duration(next_look_.load(std::memory_order_relaxed))));
}

bool pool::any_timer_awaited() noexcept {
  for (unsigned i = 0; i < started(); ++i)
    if (workers_[i]->timers().any_awaited()) return true;
  return false;
}

// Called by a worker that counts as asleep and has found nothing. Nothing will ever run again when
// all workers are asleep, no call and no awaited timer is outstanding, and nothing was queued; and
// that all at the same time: no worker has stopped sleeping, or come back, since the first look.
void pool::check_for_deadlock() noexcept {
  const std::uint64_t changes = parking_.changes();
  if (!own_policy_ && !all_at_rest()) return;
  if (outstanding_calls_.load(std::memory_order_seq_cst) > 0) return;
  if (any_timer_awaited() || anything_to_do()) return;
  for (unsigned i = 0; i < started(); ++i)
    if (workers_[i]->has_work()) return;
  if (!own_policy_ && (!all_at_rest() || parking_.changes() != changes)) return;
  end_process(deadlock_report(all_goroutines()));
}

void pool::prepare_watch(unsigned index) noexcept {
  const std::lock_guard hold(watch_mutex_);
  if (watchman_ != nobody) return;
  watchman_ = index;
  watched_until_.store(duration::min().count(), std::memory_order_relaxed);
}

time_point pool::start_watch(unsigned index) noexcept {
  const std::lock_guard hold(watch_mutex_);
  time_point until = earliest_event();
  if (!all_at_rest()) until = std::min(until, steady_now() + between_looks);
  const time_point watched(duration(watched_until_.load(std::memory_order_relaxed)));
  if (watchman_ != index && until >= watched) return time_point::max();
  watchman_ = index;
  for (;;) {
    watched_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
    if (detail::parallel()) std_atomics::heavy_barrier();  // pairs with the light one in arm()
    const time_point earliest = earliest_timer();
    if (earliest >= until) break;
    until = earliest;
  }
  return until;
}

bool pool::end_watch(unsigned index) noexcept {
  const std::lock_guard hold(watch_mutex_);
  if (watchman_ != index) return false;
  watchman_ = nobody;
  watched_until_.store(duration::max().count(), std::memory_order_relaxed);
  return true;
}

// The program has ended. Nobody but the owners of handles has the timers any more.
void pool::drop_timers() {
  for (unsigned i = 0; i < started(); ++i) {
    timer_shelf& shelf = workers_[i]->timers();
    for (;;) {
      const timer_shelf::due_timer t = shelf.take_due(time_point::max());
      if (t.timer == nullptr) break;
      if (t.is_sleeper) continue;
      t.timer->armed = false;
      detail::abandon(*t.timer);
    }
  }
}

}  // namespace heddle::performance
