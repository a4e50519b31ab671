// rw_mutex, after Go's sync/rwmutex.go: a writer first arrives, which holds back new readers, and
// then waits for the readers inside to leave. Writers arrive one at a time; when one unlocks, the
// readers that waited go in before the next writer does.
//
// While a writer is present, state_ changes only under guard_, but for readers that leave one
// after the other; the last of them is woken for under guard_ too.
#include <mutex>

#include "heddle/sync.hpp"
#include "scheduling.hpp"

namespace heddle {

using core::make_operation;
using core::op_kind;

bool rw_mutex::announce_read(place at) const {
  return core::announce(make_operation(op_kind::read_lock, id_, this, at));
}

bool rw_mutex::announce_try_read(place at) const {
  return core::announce(make_operation(op_kind::try_read_lock, id_, this, at));
}

bool rw_mutex::announce_read_unlock(place at) const {
  return core::announce(make_operation(op_kind::read_unlock, id_, this, at));
}

void rw_mutex::lock(place at) {
  if (!detail::exploring) [[likely]] {
    std::uint32_t free = 0;
    // Acquire; pairs with the release in remove_reader() and in unlock().
    if (!state_.compare_exchange_strong(free, writer_present | writing, std::memory_order_acquire)) {
      arrive(at);
      enter(at);
    }
    detail::acquire_order(this);
    return detail::acquire_order(readers());
  }
  if (!core::announce(make_operation(op_kind::write_arrive, id_, this, at))) return;
  arrive(at);
  try {
    if (!core::announce(make_operation(op_kind::write_lock, id_, this, at))) return;
    enter(at);
  } catch (const core::unwind&) {
    state_.fetch_and(~writer_present);
    throw;
  }
}

// Marks that somebody waits for the writer to unlock; false where no writer is present any more. One
// step, since a writer that finds no such mark unlocks without guard_. REQUIRES: guard_.
bool rw_mutex::mark_queued() noexcept {
  std::uint32_t found = state_.load(std::memory_order_acquire);
  do {
    if ((found & writer_present) == 0) return false;
  } while (!state_.compare_exchange_weak(found, found | queued, std::memory_order_acq_rel));
  return true;
}

// Becomes the writer that is present.
void rw_mutex::arrive(place at) {
  detail::waiter self;
  guard_.lock();
  self.g = core::self_holding(guard_);
  for (;;) {
    if (mark_queued()) {
      if (self.overtaken)
        arriving_.push_front(self);
      else
        arriving_.push(self);
      core::park(guard_, op_kind::write_arrive, id_, this, at);
      if (self.ok) return;  // handed over
      self.overtaken = true;
      guard_.lock();
    } else if ((state_.fetch_or(writer_present) & writer_present) == 0) {
      return guard_.unlock();
    }
  }
}

// Waits for the readers inside to leave. REQUIRES: this writer is present.
void rw_mutex::enter(place at) {
  detail::waiter self;
  guard_.lock();
  if (state_.load(std::memory_order_acquire) < one_reader) {
    state_.fetch_or(writing);
    guard_.unlock();
    return;
  }
  self.g = core::self_holding(guard_);
  waiting_writer_.push(self);
  core::park(guard_, op_kind::write_lock, id_, this, at);
  state_.fetch_or(writing);
}

bool rw_mutex::try_lock(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::try_write_lock, id_, this, at))) return false;
  std::uint32_t free = 0;
  if (!state_.compare_exchange_strong(free, writer_present | writing, std::memory_order_acquire))
    return false;
  detail::acquire_order(this);
  detail::acquire_order(readers());
  return true;
}

void rw_mutex::unlock(place at) {
  if (detail::exploring) [[unlikely]]
    if (!core::announce(make_operation(op_kind::write_unlock, id_, this, at))) return;
  detail::release_order(this);
  std::uint32_t found = writer_present | writing;
  // Release; pairs with the acquire in lock() and add_reader().
  if (state_.compare_exchange_strong(found, 0, std::memory_order_release)) return;
  if ((found & writing) == 0) throw panic(panic_kind::panic, "unlock of unlocked rw_mutex", at);
  admit();
}

// Lets in the readers that the writer who now leaves held back, then the next writer's arrival.
void rw_mutex::admit() noexcept {
  guard_.lock();
  core::popped_waiters readers;
  const std::uint32_t inside = readers.take_all(waiting_readers_) * one_reader;
  detail::waiter* writer = arriving_.pop();
  const bool handed_over = writer != nullptr && writer->overtaken;
  // Readers that are about to be turned away are counted in it, so it is changed and not set.
  const std::uint32_t flags = (handed_over ? writer_present : 0) | (arriving_.empty() ? 0 : queued);
  std::uint32_t found = state_.load(std::memory_order_relaxed);
  while (!state_.compare_exchange_weak(
      found, ((found & ~(one_reader - 1)) + inside) | flags, std::memory_order_acq_rel)) {
  }
  guard_.unlock();
  readers.ready_all();
  if (writer == nullptr) return;
  writer->ok = handed_over;
  core::ready(*writer->g);
}

void rw_mutex::lock_shared_slow(place at) {
  detail::waiter self;
  do {
    guard_.lock();
    self.g = core::self_holding(guard_);
    if (mark_queued()) {
      waiting_readers_.push(self);
      core::park(guard_, op_kind::read_lock, id_, this, at);  // admit() counted it
      return;
    }
    guard_.unlock();
  } while (!add_reader());
}

// Takes back what add_reader() counted. A writer may have seen it and wait.
void rw_mutex::turn_away() noexcept {
  guard_.lock();
  const std::uint32_t left = state_.fetch_sub(one_reader, std::memory_order_acq_rel) - one_reader;
  detail::waiter* writer = left < one_reader ? waiting_writer_.pop() : nullptr;
  guard_.unlock();
  if (writer != nullptr) core::ready(*writer->g);
}

void rw_mutex::unlock_shared_slow(place at) {
  guard_.lock();
  const std::uint32_t found = state_.load(std::memory_order_relaxed);
  if (found < one_reader) {
    guard_.unlock();
    throw panic(panic_kind::panic, "read-unlock of rw_mutex that is not read-locked", at);
  }
  // Release; pairs with the acquire in enter(), whose writer is the only one that waits for this.
  const std::uint32_t left = state_.fetch_sub(one_reader, std::memory_order_acq_rel) - one_reader;
  detail::waiter* writer = left < one_reader ? waiting_writer_.pop() : nullptr;
  guard_.unlock();
  if (writer != nullptr) core::ready(*writer->g);
}

}  // namespace heddle
