// The executions of a sampling strategy and the seed of each, so that one printed seed reproduces
// one execution alone.
//
// A strategy that has to know the program before it can sample it begins with a warm-up: one
// execution by a schedule that depends on the program and on nothing else. Whoever reproduces a
// later execution from its seed runs the same warm-up first and so knows the same.
//
// Invariants:
// 1. What an execution does is a function of its seed and of the warm-up.
// 2. Consecutive executions have consecutive seeds, from a number drawn by the given seed, which
// only
//    the first execution has itself. So fraction() spreads them evenly.
// 3. The warm-up has a seed too, warm_up_seed, and an execution with that seed repeats it.
#pragma once

#include <cstdint>

#include "seeded_random.hpp"
#include "strategy.hpp"

namespace heddle::explore {

enum class warming { none, first };

class sample_sequence {
 public:
  static constexpr std::uint64_t warm_up_seed = ~std::uint64_t{0};

  // `max_executions` of them, the warm-up included; the first after it has `seed` itself.
  sample_sequence(std::uint64_t seed, std::uint64_t max_executions, warming how = warming::none);

  // Goes to the next execution; false when all were run.
  bool next();
  std::uint64_t seed() const { return current_; }
  // A number in [0, 2^32), uniform over the seeds, and more evenly spread over consecutive ones
  // than independent draws: seed times golden ratio (Weyl 1916; Niederreiter 1992, chapter 3).
  std::uint64_t fraction() const { return current_ * 0x9e3779b97f4a7c15U >> 32; }
  // The execution at hand is the one that the others learn from.
  bool warming_up() const { return warming_up_; }
  // It decides by warm_up_schedule: it is the warm-up, or repeats it.
  bool fixed() const { return warm_up_wanted_ && current_ == warm_up_seed; }

 private:
  std::uint64_t following_;  // of the seeds after the first, the next
  std::uint64_t current_;
  std::uint64_t max_;
  std::uint64_t begun_ = 0;
  std::uint64_t first_;
  bool warm_up_wanted_;
  bool warming_up_ = false;
};

// The warm-up's decisions: whoever ran last goes on, so that there are few context switches, but
// has to let the others have a turn now and then, so that what spins meets what it waits for.
class warm_up_schedule {
 public:
  void begin() { in_a_row_ = 0; }
  std::size_t pick(const point& at);

 private:
  std::size_t in_a_row_ = 0;
};

}  // namespace heddle::explore
