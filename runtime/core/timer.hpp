// A timer: a deadline and what happens then. Shared with the engine while it is armed.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "heddle/detail/spin_lock.hpp"
#include "heddle/time.hpp"
#include "operation.hpp"

namespace heddle::core {
struct goroutine;
}

namespace heddle::detail {

class channel;

struct timer_state : std::enable_shared_from_this<timer_state> {
  explicit timer_state(place at);
  timer_state(const timer_state&) = delete;
  timer_state& operator=(const timer_state&) = delete;
  ~timer_state();

  // Does what the timer is for. The engine calls it at the deadline, with lock held, after it took
  // the timer out of its own books, or moved the deadline of a periodic one; it is released. Never
  // announces, never blocks. A sleeper's timer is gone afterwards.
  void fire(time_point now);

  spin_lock lock;                  // of all that changes; taken before any lock of the engine's
  time_point deadline{};
  duration period{};               // zero: fires once
  bool armed = false;
  bool abandoned = false;          // a sleeper's, after the sleeper was torn down
  std::uint32_t arming = 0;        // counts: tells the engine's entry from one that came too late
  void* shelf = nullptr;           // the engine's: where it is kept while armed,
  std::shared_ptr<timer_state> kept;  // alive,
  std::size_t heap_position = 0;   // and in which place
  core::goroutine* sleeper = nullptr;  // one of these three is what fires
  channel* sink = nullptr;             // of capacity 1; owned
  std::function<void()> function;      // runs in a goroutine of its own
  object_id id;
  place at;
};

}  // namespace heddle::detail
