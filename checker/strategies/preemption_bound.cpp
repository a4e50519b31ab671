#include "preemption_bound.hpp"

#include <algorithm>

namespace heddle::explore {

bool preemption_bound::begin() {
  spent_ = 0;
  turn_ = {};
  return chooser_->begin();
}

std::size_t preemption_bound::pick(const point& at) {
  // The goroutine that runs can go on; time, which always goes on, does not count.
  const bool able = std::ranges::any_of(at.alternatives, [&](const alternative& a) {
    return a.op->kind != op_kind::timer_fire && a.op->kind != op_kind::clock_advance &&
           turn_.goes_on(a.what, a.op->kind);
  });
  const std::size_t picked =
      able && spent_ == most_ ? pick_among_shown(at) : chooser_->pick(at);
  if (picked == abandon) return abandon;
  const alternative& chosen = at.alternatives[picked];
  if (able && !turn_.goes_on(chosen.what, chosen.op->kind)) ++spent_;
  turn_.pass_to(chosen.what, chosen.op->kind);
  return picked;
}

std::size_t preemption_bound::pick_among_shown(const point& at) {
  shown_.clear();
  index_.clear();
  for (std::size_t i = 0; i < at.alternatives.size(); ++i) {
    const alternative& a = at.alternatives[i];
    if (!turn_.goes_on(a.what, a.op->kind)) continue;
    shown_.push_back(a);
    index_.push_back(i);
  }
  left_out_ = left_out_ || shown_.size() < at.alternatives.size();
  point narrowed = at;
  narrowed.alternatives = shown_;
  const std::size_t picked = chooser_->pick(narrowed);
  return picked == abandon ? abandon : index_[picked];
}

}  // namespace heddle::explore
