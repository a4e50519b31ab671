// A timer: a deadline and what happens then.
//
// One that sends lies in front of its channel, in one block of memory with one count of owners, the
// channel's: who owns the channel owns the timer. One that calls a function counts its own. While
// it is armed the engine owns it too. A sleeper's lies on a stack, and is not counted.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>

#include "heddle/detail/channel.hpp"
#include "heddle/detail/spin_lock.hpp"
#include "heddle/time.hpp"
#include "operation.hpp"
#include "timer_place.hpp"

namespace heddle::core {
struct goroutine;
}

namespace heddle::detail {

struct timer_state {
  explicit timer_state(place at, duration period = duration::zero());
  timer_state(const timer_state&) = delete;
  timer_state& operator=(const timer_state&) = delete;
  ~timer_state() = default;

  // Does what the timer is for. The engine calls it at the deadline, with lock held, after it took
  // the timer out of its own books, or moved the deadline of a periodic one; it is released. Never
  // announces, never blocks. A sleeper's timer is gone afterwards, and any other's may be, unless
  // the caller owns a share.
  void fire(time_point now);

  spin_lock lock;  // of all that changes; taken before any lock of the engine's
  bool armed = false;
  bool abandoned = false;    // a sleeper's, after the sleeper was torn down
  std::uint32_t arming = 0;  // counts: tells the engine's entry from one that came too late
  time_point deadline{};
  duration period;                      // zero: fires once
  timer_place<primitive_atomics> home;  // the pool's: on which shelf while it is armed,
  std::size_t heap_position = 0;        // and where there
  core::goroutine* sleeper = nullptr;   // who wakes, or
  channel* sink = nullptr;              // of capacity 1; with neither it is a function_timer
  object_id id;
  std::atomic<std::uint32_t> handles{1};  // unless it has a channel
  place at;
};
static_assert(std::is_trivially_destructible_v<timer_state>);  // so a channel may take it along

struct function_timer : timer_state {
  using timer_state::timer_state;
  std::function<void()> function;  // runs in a goroutine of its own
};

// A timer that sends, disarmed; the channel, of which the caller owns a share; and the timer of
// such a channel.
channel* make_sending_timer(duration period, place at);
timer_state& timer_of(const channel& sink) noexcept;
// Disarms a timer that sends and fires once, by the owner of its only handle, since nobody can
// receive what it would send. False where that may not be done: it stays as it is.
bool disarm_unheld(timer_state& t) noexcept;

// As release(), by who is no goroutine: if the share was the last, the function and what it refers
// to are destroyed in one, since that may block.
void release_in_goroutine(timer_state& t);
// As release(), at the end of the program: what an armed function refers to is not destroyed, since
// that would run outside of a goroutine and may refer to what main has destroyed.
void abandon(timer_state& t);

inline std::atomic<std::uint32_t>& handles_of(timer_state& t) noexcept {
  return t.sink != nullptr ? t.sink->references() : t.handles;
}

// Whether a timer that the pool has taken off its shelf to fire is put back, as is a ticker that
// somebody has. (Exploration's engine keeps it: it fills its channel, and is then passed over.)
inline bool goes_on(timer_state& t) noexcept {
  return t.period > duration::zero() && t.home.is_wanted(handles_of(t));
}

}  // namespace heddle::detail
