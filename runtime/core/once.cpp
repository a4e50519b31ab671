// once: fresh, running, finished.
#include "locks.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

bool once::begin(place at) {
  const core::operation op = make_operation(op_kind::once_begin, id_, this, at);
  if (detail::exploring) [[unlikely]]
    if (!core::announce(op)) return false;
  if (state_ == state::running) core::block_in(waiters_, op);
  if (state_ == state::finished) {
    core::acquire_order(this);
    return false;
  }
  state_ = state::running;
  return true;
}

void once::end(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::once_end, id_, this, at))) return;
  core::release_order(this);
  state_ = state::finished;
  while (core::wake_one(waiters_)) {
  }
}

}  // namespace heddle
