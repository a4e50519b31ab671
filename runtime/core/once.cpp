// once: fresh, running, finished.
#include "heddle/sync.hpp"
#include "mode.hpp"
#include "scheduling.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

bool once::begin(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::once_begin, id_, this, at))) return false;
  guard_.lock();
  if (state_.load(std::memory_order_relaxed) == state::running) {
    detail::waiter self;
    self.g = core::self_holding(guard_);
    waiters_.push(self);
    core::park(guard_, op_kind::once_begin, id_, this, at);
    return false;
  }
  const bool first = state_.load(std::memory_order_relaxed) == state::fresh;
  if (first) state_.store(state::running, std::memory_order_relaxed);
  guard_.unlock();
  return first;
}

void once::end(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::once_end, id_, this, at))) return;
  detail::release_order(this);
  core::popped_waiters woken;
  guard_.lock();
  // Release; pairs with the acquire in call().
  state_.store(state::finished, std::memory_order_release);
  woken.take_all(waiters_);
  guard_.unlock();
  woken.ready_all();
}

void detail::keep_exception(std::exception_ptr& kept) {
  try {
    throw;
  } catch (const core::unwind&) {
    throw;
  } catch (...) {
    kept = std::current_exception();
  }
}

}  // namespace heddle
