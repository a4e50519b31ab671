#include "concurrent_events.hpp"

#include <algorithm>

namespace heddle::explore {

void concurrent_events::look_at(const happens_before& order, std::uint32_t known) {
  order_ = &order;
  known = is_long() ? 0 : std::min(known, length_);
  length_ = static_cast<std::uint32_t>(order.length());
  words_ = (length_ + 63) / 64;
  only_ = nobody;
  if (is_long()) return;
  if (words_ > stride_) {
    stride_ = std::bit_ceil(words_);
    past_.resize(64 * stride_ * stride_);
    beside_.resize(64 * stride_ * stride_);
    known = 0;
  }
  forget_from(known);
  for (std::uint32_t e = known; e < length_; ++e) add_event(e);
}

// Leaves the events before `known` in the rows of those events.
void concurrent_events::forget_from(std::uint32_t known) {
  for (std::size_t w = known / 64; w < stride_; ++w) {
    const std::uint64_t mask = w == known / 64 ? below(known) : 0;
    for (std::uint32_t b = 0; b < known; ++b) beside_[b * stride_ + w] &= mask;
  }
}

void concurrent_events::add_event(std::uint32_t e) {
  std::uint64_t* const past = &past_[e * stride_];
  std::fill_n(past, stride_, 0);
  std::fill_n(&beside_[e * stride_], stride_, 0);
  const clock_row clock = order_->clock(e);
  for (actor_id k = 0; k < clock.size(); ++k) {
    std::uint32_t count = clock[k];
    if (count > 0 && order_->event_at(k, count - 1) == e) --count;
    if (count == 0) continue;
    const std::uint32_t last = order_->event_at(k, count - 1);
    for (std::size_t w = 0; w <= last / 64; ++w) past[w] |= past_[last * stride_ + w];
  }
  for (std::size_t w = 0; w <= e / 64; ++w) {
    std::uint64_t others = ~past[w];
    if (w == e / 64) others &= below(e);
    for (; others != 0; others &= others - 1)
      beside_[(64 * w + lowest(others)) * stride_ + e / 64] |= std::uint64_t{1} << e % 64;
  }
  past[e / 64] |= std::uint64_t{1} << e % 64;
}

const std::uint64_t* concurrent_events::fill_only(std::uint32_t b) {
  if (only_ == b) return only_row_.data();
  only_ = b;
  only_row_.assign(words_, 0);
  for (std::uint32_t e = b + 1; e < length_; ++e)
    only_row_[e / 64] |= std::uint64_t{!order_->ordered(b, e)} << e % 64;
  return only_row_.data();
}

}  // namespace heddle::explore
