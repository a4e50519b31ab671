// Who is next on a worker.
//
// While timers have fired every other turn goes to woken goroutines: they have stacks, which they
// may leave to those that start.
//
// In order: the slot, which holds who was readied last; what was spawned, the newest first, so that
// a tree of goroutines is walked depth first and few stacks are in use; what was woken, first in
// first out; what came from outside. So that none of these can starve another, every 64th turn goes
// to the oldest of those that are otherwise last, and every 1024th to the oldest spawned.
#include <algorithm>
#include <chrono>

#include "goroutine_text.hpp"
#include "own_order.hpp"
#include "turns.hpp"

namespace heddle::performance {

namespace {

constexpr std::uint32_t turns_between_oldest_picks = 1024;
constexpr std::uint32_t turns_between_clocks = 16;
constexpr duration long_turns = std::chrono::microseconds(32);  // for that many turns

time_point steady_now() { return time_point(std::chrono::steady_clock::now().time_since_epoch()); }

// The first tick of a periodic timer after `now`: a late program does not catch up, as in Go.
time_point next_tick(const detail::timer_state& t, time_point now) {
  return t.deadline + t.period * (1 + (now - t.deadline) / t.period);
}

}  // namespace

// At most `turns` after `turn`, and no multiple of turns_between_fair_picks is passed over.
std::uint32_t worker::next_fair_turn(std::uint32_t turn, std::uint32_t turns) noexcept {
  const std::uint32_t next_multiple =
      (turn / turns_between_fair_picks + 1) * turns_between_fair_picks;
  return std::min(turn + turns, next_multiple);
}

pooled_goroutine* worker::pick_fairly() noexcept {
  const std::uint32_t turn = tick_.load(std::memory_order_relaxed);
  const bool of_timers = turn % turns_between_fair_picks != 0;
  if (of_timers) {
    // Of those that the ring had no room for when many timers fired at once, some were injected.
    pooled_goroutine* g = woken_.pop();
    if (g == nullptr && home_.anything_injected()) g = home_.take_injected();
    fired_ = g == nullptr ? 0 : fired_ - 1;
    fair_turn_ = next_fair_turn(turn, fired_ > 0 ? 2 : turns_between_fair_picks);
    return g;
  }
  fair_turn_ = next_fair_turn(turn, fired_ > 0 ? 2 : turns_between_fair_picks);
  if (turn % turns_between_oldest_picks == 0) {
    coarse_ms_ = coarse_clock_ms();
    if (home_.has_several()) relieve_neighbour();
    if (others_timers_are_due_) return nullptr;
    if (pooled_goroutine* g = spawned_.steal()) return g;
  }
  if (turn % (2 * turns_between_fair_picks) == 0 && home_.anything_injected())
    if (pooled_goroutine* g = home_.take_injected()) return g;
  if (pooled_goroutine* g = woken_.pop()) return g;
  return home_.anything_injected() ? home_.take_injected() : nullptr;
}

pooled_goroutine* worker::pick_by_policy() noexcept {
  const std::uint32_t turn = tick_.load(std::memory_order_relaxed) + 1;
  tick_.store(turn, std::memory_order_relaxed);
  if (turn % turns_between_oldest_picks == 0) coarse_ms_ = coarse_clock_ms();
  if (must_leave() || timers_are_due()) return nullptr;
  [[maybe_unused]] const detail::unwatched_scope its_own;
  while (home_.anything_injected())
    if (pooled_goroutine* g = home_.take_injected()) policy_->push(*g, readied::woken);
  return static_cast<pooled_goroutine*>(policy_->pop());
}

// Reading the clock costs as much as several turns, so short turns are not timed one by one.
bool worker::clock_says_due() noexcept {
  const time_point now = steady_now();
  turns_until_clock_ = now - last_clock_ > long_turns ? 1 : turns_between_clocks;
  last_clock_ = now;
  // A surplus worker fires nothing once it has gone, and nobody else may be idle.
  if (home_.wants_attention() && home_.earliest_of_surplus() <= now) others_timers_are_due_ = true;
  return others_timers_are_due_ || timers_.earliest() <= now;
}

void worker::fire_for_others() {
  for (unsigned i = 0; i < home_.started(); ++i)
    if (i != index_) fire_due(home_.worker_at(i).timers_);
}

void worker::fire_due(timer_shelf& shelf) {
  if (shelf.earliest() == time_point::max()) return;
  const time_point now = steady_now();
  for (;;) {
    const timer_shelf::due_timer due = shelf.take_due(now);
    if (due.timer == nullptr) return;
    detail::timer_state& t = *due.timer;
    t.lock.lock();
    if (t.arming != due.arming) {  // stopped, or armed again, since it was taken off the shelf
      t.lock.unlock();
      detail::release_in_goroutine(t);
      continue;
    }
    t.armed = detail::goes_on(t);
    if (t.armed) {
      t.deadline = next_tick(t, now);
      timers_.add(t);
    }
    {
      [[maybe_unused]] const core::own_order firing;
      detail::acquire_order(&t);  // of who armed it
      t.fire(now);
    }
    if (!due.is_sleeper) detail::release_in_goroutine(t);
    ++fired_;
    fair_turn_ = next_fair_turn(tick_.load(std::memory_order_relaxed), 2);
  }
}

pooled_goroutine* worker::find_work() {
  if (unbound_ != nullptr) return std::exchange(unbound_, nullptr);
  for (;;) {
    coarse_ms_ = coarse_clock_ms();
    if (home_.wants_attention()) {
      if (home_.stopping()) return nullptr;
      if (home_.is_surplus(index_)) {
        retire();
        continue;
      }
    }
    if (std::exchange(others_timers_are_due_, false)) fire_for_others();
    fire_due(timers_);
    turns_until_clock_ = 2;  // not at this pick, which is to say whether there is work; at the next
    if (pooled_goroutine* g = pick()) {
      take_up_work();
      return g;
    }
    if (has_work()) continue;  // the program wants attention
    if (policy_)
      rest_until_called();
    else if (!search())
      rest();
  }
}

}  // namespace heddle::performance
