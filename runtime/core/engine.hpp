// The seam: the few verbs that every primitive is written in. Performance mode's engine is the
// pool, exploration mode's is the sequencer; channels, locks and timers are written once, above.
//
// Invariants:
// 1. A primitive calls announce() before it touches its state, and only while exploring.
// 2. No lock is held across a verb.
// 3. An announced operation that is picked never parks, but for a receive that its sender then
//    completes, and a condition wait.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/time.hpp"
#include "operation.hpp"

namespace heddle::core {

struct goroutine;

// What the engine picked: which of the announced operations and, where there is a choice of
// another goroutine (whom to signal), which.
struct decision {
  std::int32_t branch = 0;
  goroutine* partner = nullptr;
};

class engine {
 public:
  virtual ~engine() = default;

  virtual void spawn(std::unique_ptr<detail::task> work, const go_options& options) = 0;
  // The running goroutine; null outside of one.
  virtual goroutine* current() noexcept = 0;

  // Exploration only: returns when one of `offers`, which the caller keeps alive, may complete,
  // with what was picked. False in a goroutine that is being torn down by the very scope exit that
  // this operation belongs to: then it must do nothing.
  virtual bool announce(std::span<const operation> offers, decision& picked) = 0;
  // Exploration only: the atomic operation just announced left `bits` behind.
  virtual void note_value(std::uint64_t bits) = 0;
  // Exploration only: a plain access, not a decision.
  virtual void plain_access(const memory_access& access) = 0;
  virtual object_id name_object(const char* what, place at) = 0;
  // A number to order objects by: the same in every process, where object ids need not be.
  virtual std::uint64_t order_of(object_id o) const = 0;

  // Blocks the running goroutine until ready() is called for it; `why` is for reports.
  virtual void park(const operation& why) = 0;
  virtual void ready(goroutine& g) = 0;
  virtual void yield(place at) = 0;

  virtual time_point now(place at) = 0;
  // Not armed; deadline and period are set. Keeps it alive, unless it is a sleeper's.
  virtual void arm(detail::timer_state& t) = 0;
  virtual void disarm(detail::timer_state& t) = 0;  // armed

  virtual int choose(int n, place at) = 0;
  virtual int num_goroutines(place at) = 0;
  virtual int max_procs(int n) = 0;
  virtual void run_blocking(const std::function<void()>& f, place at) = 0;
  // A check was false, or the API was misused; the panic is thrown after this returns.
  virtual void note_failure(const panic& failure) = 0;
};

}  // namespace heddle::core
