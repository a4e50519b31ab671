#include "sample_sequence.hpp"

namespace heddle::explore {

namespace {

constexpr std::size_t longest_turn = 200;  // events

}  // namespace

sample_sequence::sample_sequence(std::uint64_t seed, std::uint64_t max_executions, warming how)
    : following_(seeded_random(seed).next()),
      current_(seed),
      max_(max_executions),
      first_(seed),
      warm_up_wanted_(how == warming::first) {}

bool sample_sequence::next() {
  if (begun_ == max_) return false;
  const std::uint64_t index = begun_++;
  warming_up_ = warm_up_wanted_ && index == 0;
  if (warming_up_) {
    current_ = warm_up_seed;
  } else if (index == (warm_up_wanted_ ? 1 : 0)) {
    current_ = first_;
  } else {
    if (following_ == warm_up_seed) ++following_;
    current_ = following_++;
  }
  return true;
}

std::size_t warm_up_schedule::pick(const point& at) {
  const bool turn_over = ++in_a_row_ > longest_turn;
  const std::size_t count = at.alternatives.size();
  // The first alternative of the next actor in the list, and of the one that ran last.
  std::size_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (at.alternatives[i].what.who != at.running) continue;
    if (!turn_over) return i;
    next = i + 1;
  }
  in_a_row_ = 0;
  return next < count ? next : 0;
}

}  // namespace heddle::explore
