// A strategy chooses the interleavings to try: the plug-in of exploration mode.
//
//   while (s.begin()) { run the model, asking s.pick() at every decision; s.end(trace); }
//
// A thread choice, a choose(n), a ready select case, the waiter of a signal and a timer's firing
// all arrive as alternatives of the same kind.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "time_limit.hpp"
#include "trace.hpp"

namespace heddle::explore {

struct alternative {
  action what;
  const operation* op = nullptr;          // what `who` announced
  const operation* partner_op = nullptr;  // what the partner announced, for a rendezvous
  std::span<const access> touches;        // what performing it would touch
};

// A decision. The alternatives are all enabled, in an order that depends on names alone.
struct point {
  std::size_t step = 0;
  actor_id running = no_actor;  // who performed the last event
  std::span<const alternative> alternatives;
  std::uint64_t fingerprint = 0;  // of all that was announced and picked so far
  const trace* so_far = nullptr;
};

// A choice made earlier at the same point: it is repeated without looking at the alternatives.
struct known_choice {
  action what;
  std::uint32_t index = 0;         // what pick() returned then
  std::uint32_t alternatives = 0;  // among how many
};

class strategy {
 public:
  // What pick() returns when nothing new can come of this execution.
  static constexpr std::size_t abandon = ~std::size_t{0};

  virtual ~strategy() = default;
  virtual std::string_view name() const = 0;
  // Before each execution; false ends the exploration.
  virtual bool begin() = 0;
  // After begin(): how many first decisions of the execution before are taken again, at most
  // `most`, of an execution whose trace the caller has kept. They are not asked for.
  virtual std::size_t repeat(std::size_t /*most*/) { return 0; }
  // A choice for a step that was there before, with this fingerprint, or null: then pick() is
  // asked, as it is when the choice turns out not to be possible. After a null it is not asked
  // again in the same execution.
  virtual const known_choice* known(std::size_t, std::uint64_t) { return nullptr; }
  // An index into the alternatives, of which there is at least one, or `abandon`.
  virtual std::size_t pick(const point& at) = 0;
  // After each execution. May throw out_of_time: then the execution was not taken into account, and
  // the strategy is over.
  virtual void end(const trace& t) = 0;
  // Instead, after the last execution of all: nothing is planned.
  virtual void end_for_good(const trace& t) { end(t); }
  // When the time will be up.
  virtual void plan_until(std::chrono::steady_clock::time_point) {}
  // Everything was covered; not merely the budget spent.
  virtual bool exhausted() const { return false; }
  // Whether the execution that just ran to its end lies outside of the strategy's bound, and was
  // explored only for what it leads to. Asked before end().
  virtual bool out_of_bound(const trace&) { return false; }
  // A bound of the strategy left something out, so that "everything" was less than all.
  virtual bool left_out() const { return false; }
  // The share of the search that is done, from 0 to 1, as far as it is known; 0: unknown. What an
  // exhaustive search comes to know of its tree makes it fall at times.
  virtual double progress() const { return 0; }
  // Reproduces the execution that ran last, alone: what `replay --seed` takes.
  virtual std::optional<std::uint64_t> seed() const { return std::nullopt; }
  // The execution at hand is a preparation that those after it build on; a seed's execution is
  // reproduced by running it first.
  virtual bool warming_up() const { return false; }
  // Executions that turned out to repeat an earlier trace, or were given up as such.
  virtual std::uint64_t redundant() const { return 0; }
  // How often it has forgotten all that it explored, to begin again with what it had learnt.
  virtual std::uint64_t begun_again() const { return 0; }
  // Not empty once the model was seen to behave differently under the same decisions.
  virtual std::string_view nondeterminism() const { return {}; }
};

}  // namespace heddle::explore
