// rw_mutex, after Go's sync/rwmutex.go: a writer first arrives, which holds back new readers, and
// then waits for the readers inside to leave. Writers arrive one at a time; when one unlocks, the
// readers that waited go in before the next writer does.
#include "locks.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

void rw_mutex::lock(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::write_arrive, id_, this, at))) return;
  if (writer_present_)
    core::take_when_free(writer_present_, arriving_,
                         make_operation(op_kind::write_arrive, id_, this, at));
  else
    writer_present_ = true;
  const core::operation entering = make_operation(op_kind::write_lock, id_, this, at);
  try {
    if (detail::exploring) [[unlikely]]
      if (!core::announce(entering)) return;
    if (readers_ > 0) core::block_in(waiting_writer_, entering);
  } catch (const core::unwind&) {
    writer_present_ = false;
    throw;
  }
  writing_ = true;
  core::acquire_order(this);
}

bool rw_mutex::try_lock(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::try_write_lock, id_, this, at))) return false;
  if (writer_present_ || readers_ > 0) return false;
  writer_present_ = writing_ = true;
  core::acquire_order(this);
  return true;
}

void rw_mutex::unlock(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::write_unlock, id_, this, at))) return;
  if (!writing_) throw panic(panic_kind::panic, "unlock of unlocked rw_mutex", at);
  core::release_order(this);
  writing_ = false;
  admit();
}

// Lets in the readers that the writer who now leaves held back, then the next writer's arrival.
void rw_mutex::admit() noexcept {
  while (core::wake_one(waiting_readers_)) ++readers_;
  core::give_up(writer_present_, arriving_);
}

void rw_mutex::lock_shared(place at) {
  const core::operation op = make_operation(op_kind::read_lock, id_, this, at);
  if (detail::exploring) [[unlikely]]
    if (!core::announce(op)) return;
  if (writer_present_)
    core::block_in(waiting_readers_, op);  // admit() counted it
  else
    ++readers_;
  core::acquire_order(this);
}

bool rw_mutex::try_lock_shared(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::try_read_lock, id_, this, at))) return false;
  if (writer_present_) return false;
  ++readers_;
  core::acquire_order(this);
  return true;
}

void rw_mutex::unlock_shared(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::read_unlock, id_, this, at))) return;
  if (readers_ == 0) throw panic(panic_kind::panic, "read-unlock of rw_mutex that is not read-locked", at);
  core::release_order(this);
  if (--readers_ == 0) core::wake_one(waiting_writer_);
}

}  // namespace heddle
