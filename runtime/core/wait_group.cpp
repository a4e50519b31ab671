// wait_group: a counter and the goroutines that wait for it to reach zero.
#include "heddle/sync.hpp"
#include "scheduling.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

bool wait_group::announce_add(std::int64_t delta, place at) const {
  return core::announce(make_operation(op_kind::group_add, id_, this, at,
                                       static_cast<std::uint64_t>(delta)));
}

// Throws, with nothing changed, where `delta` may not be added.
void wait_group::check_add(std::int64_t before, std::int64_t delta, place at) {
  const std::int64_t count = before >> 32;
  if (!core::group_may_add(count, delta))
    throw panic(panic_kind::panic, "negative wait_group counter", at);
  if (count == 0 && delta > 0 && before != 0) {
    const panic reused(panic_kind::misuse,
                       "wait_group is reused before a previous wait has returned", at);
    if (core::engine* e = core::current_engine_or_null()) e->note_failure(reused);
    throw reused;
  }
}

void wait_group::add(std::int64_t delta, place at) {
  if (detail::exploring) [[unlikely]]
    if (!announce_add(delta, at)) return;
  if (delta < 0) detail::release_order(this);
  std::int64_t before = state_.load(std::memory_order_relaxed);
  const auto change = static_cast<std::int64_t>(static_cast<std::uint64_t>(delta) << 32);
  if (!detail::parallel()) {
    check_add(before, delta, at);
    state_.store(before + change, std::memory_order_relaxed);
  } else {
    do check_add(before, delta, at);
    // Release, as what the goroutine did comes before the wait's return; acquire for who wakes.
    while (!state_.compare_exchange_weak(before, before + change, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
  }
  // Without waiters the object is not touched any more: its owner may have found the counter zero.
  const std::int64_t after = before + change;
  if (after != 0 && after < one_count && delta != 0) wake_all();
}

// A wait that is counted stands in the queue as soon as guard_ can be had.
void wait_group::wake_all() noexcept {
  core::popped_waiters woken;
  guard_.lock();
  woken.take_all(waiters_);
  guard_.unlock();
  woken.ready_all();
}

void wait_group::wait(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::group_wait, id_, this, at))) return;
  // Acquire; pairs with the release in add().
  if (state_.load(std::memory_order_acquire) < one_count) return detail::acquire_order(this);
  detail::waiter self;
  guard_.lock();
  self.g = core::self_holding(guard_);
  std::int64_t found = state_.load(std::memory_order_acquire);
  do {
    if (found < one_count) {
      guard_.unlock();
      return detail::acquire_order(this);
    }
  } while (!state_.compare_exchange_weak(found, found + 1, std::memory_order_acq_rel));
  waiters_.push(self);
  core::park(guard_, op_kind::group_wait, id_, this, at);
  state_.fetch_sub(1, std::memory_order_acq_rel);
  detail::acquire_order(this);
}

}  // namespace heddle
