// mutex: a flag and a queue.
#include "locks.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

void mutex::lock(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::lock, id_, this, at))) return;
  if (!locked_)
    locked_ = true;
  else
    lock_slow(at);
  core::acquire_order(this);
}

void mutex::lock_slow(place at) {
  core::take_when_free(locked_, waiters_, make_operation(op_kind::lock, id_, this, at));
}

bool mutex::try_lock(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::try_lock, id_, this, at))) return false;
  if (locked_) return false;
  locked_ = true;
  core::acquire_order(this);
  return true;
}

void mutex::unlock(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::unlock, id_, this, at))) return;
  if (!locked_) throw panic(panic_kind::panic, "unlock of unlocked mutex", at);
  release();
}

void mutex::release() noexcept {
  core::release_order(this);
  core::give_up(locked_, waiters_);
}

}  // namespace heddle
