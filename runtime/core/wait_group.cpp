// wait_group: a counter and the goroutines that wait for it to reach zero.
#include "locks.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

void wait_group::add(std::int64_t delta, place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::group_add, id_, this, at,
                                       static_cast<std::uint64_t>(delta))))
      return;
  if (count_ + delta < 0) throw panic(panic_kind::panic, "negative wait_group counter", at);
  if (count_ == 0 && delta > 0 && returning_ > 0) {
    const panic reused(panic_kind::misuse,
                       "wait_group is reused before a previous wait has returned", at);
    core::current_engine().note_failure(reused);
    throw reused;
  }
  if (delta < 0) core::release_order(this);
  count_ += delta;
  if (count_ > 0) return;
  while (core::wake_one(waiters_)) ++returning_;
}

void wait_group::wait(place at) {
  const core::operation op = make_operation(op_kind::group_wait, id_, this, at);
  if (detail::exploring) [[unlikely]]
    if (!core::announce(op)) return;
  if (count_ > 0) {
    core::block_in(waiters_, op);
    --returning_;
  }
  core::acquire_order(this);
}

}  // namespace heddle
