// Time: sleeping, timers and tickers (https://pkg.go.dev/time).
//
//   heddle::sleep_for(10ms);
//   heddle::select(heddle::recv(work, use), heddle::recv(heddle::after(1s), give_up));
//   heddle::ticker every(100ms);  for (auto at : every.channel()) poll();
//
// In exploration mode time is virtual: a timer may fire at any moment after it was armed but never
// before an armed timer with an earlier deadline (`--time=free`), or only when no goroutine can run
// (`--time=idle`).
#pragma once

#include <chrono>
#include <functional>

#include "heddle/chan.hpp"

namespace heddle {

// The runtime's monotonic clock: real in performance mode, virtual in exploration mode.
struct clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<clock>;
  static constexpr bool is_steady = true;
  static time_point now(place at = place::current());
};
using duration = clock::duration;
using time_point = clock::time_point;

inline time_point now(place at = place::current()) { return clock::now(at); }

// Blocks for at least `d`; returns at once if `d` is not positive.
void sleep_for(duration d, place at = place::current());
inline void sleep_until(time_point when, place at = place::current()) {
  const time_point before = now(at);  // never negative, so the difference does not overflow
  if (when > before) sleep_for(when - before, at);
}

namespace detail {
struct timer_state;  // shared with the scheduler while armed
void retain(timer_state* t) noexcept;
void release(timer_state* t) noexcept;
using timer_handle = counted_handle<timer_state>;
}  // namespace detail

// Sends the time on its channel, of capacity 1, once after `d`.
class timer {
 public:
  explicit timer(duration d, place at = place::current());
  const recv_chan<time_point>& channel() const noexcept { return channel_; }
  // Disarms. As since Go 1.23, no value sent before the call is received after it: one that still
  // lies in the channel is taken back. Returns whether the call kept the timer from firing or took
  // its value back; false: the value was received, the function started, or it was stopped before.
  bool stop(place at = place::current());
  // Re-arms for `d` from now. Takes back and returns what stop() does.
  bool reset(duration d, place at = place::current());

 private:
  explicit timer(detail::timer_handle calls_function);
  friend timer after_func(duration d, std::function<void()> f, place at);
  detail::timer_state& state() const noexcept;

  // One of these: a timer that sends belongs to its channel.
  recv_chan<time_point> channel_;
  detail::timer_handle calls_function_;
};

// Sends the time on its channel, of capacity 1, every `period`; a tick that finds the channel
// full is dropped. Panics unless the period is positive.
class ticker {
 public:
  explicit ticker(duration period, place at = place::current());
  ~ticker();
  ticker(const ticker&) = delete;
  ticker& operator=(const ticker&) = delete;
  const recv_chan<time_point>& channel() const noexcept { return channel_; }
  void stop(place at = place::current());  // does not close the channel
  void reset(duration period, place at = place::current());

 private:
  detail::timer_state& state() const noexcept;

  recv_chan<time_point> channel_;
};

// The channel of a new timer.
recv_chan<time_point> after(duration d, place at = place::current());
// The channel of a new ticker that is never stopped; nil unless the period is positive, as in Go.
recv_chan<time_point> tick(duration period, place at = place::current());
// Runs `f` in a goroutine of its own after `d`. The timer's channel is nil.
timer after_func(duration d, std::function<void()> f, place at = place::current());

}  // namespace heddle
