// Blocking and readying as the primitives do it: one branch on the mode, then performance mode's
// verbs as plain functions (runtime/pool implements them) or the engine's.
#pragma once

#include "goroutine.hpp"
#include "heddle/detail/spin_lock.hpp"
#include "heddle/detail/thread_sanitizer.hpp"
#include "mode.hpp"
#include "waiter.hpp"

namespace heddle::performance {

// The running goroutine, or null outside of one.
core::goroutine* running_goroutine() noexcept;
// Blocking in three steps, so that the switch is inline in whoever blocks (context_switch.hpp): the
// running goroutine gives up its turn; the stacks are switched; the worker on which it has a turn
// again finishes what the one before it had left to do.
struct departure {
  core::execution_context* from;
  core::execution_context* to;
};
departure depart(detail::spin_lock* held, core::op_kind kind, const void* object, place at);
void arrive() noexcept;

// Blocks the running goroutine until resume() is called for it; `kind`, `object` and `at` are for
// reports. `held`, if not null, is a lock of the caller's that is released once the goroutine has
// left its stack: until then nobody can find it in a wait queue and resume it.
[[gnu::always_inline]] inline void suspend(detail::spin_lock* held, core::op_kind kind,
                                           const void* object, place at) {
  const departure d = depart(held, kind, object, at);
  core::switch_stacks(*d.from, *d.to);
  arrive();
}
// Lets others have a turn. `from` is null where nobody wants one.
departure depart_for_a_turn();
[[gnu::always_inline]] inline void yield() {
  const departure d = depart_for_a_turn();
  if (d.from == nullptr) return;
  core::switch_stacks(*d.from, *d.to);
  arrive();
}
// Makes a suspended goroutine runnable. It is next in turn, before what was readied earlier...
void resume(core::goroutine& g) noexcept;
// ... or last, for one of many.
void resume_last(core::goroutine& g) noexcept;

// Whether the goroutine that holds a lock may be running at this moment, on another worker, while
// this one has nobody else to run.
bool worth_spinning() noexcept;
// In 0..n-1; for choices that must be fair.
int random_below(int n);

}  // namespace heddle::performance

namespace heddle::core {

inline operation make_operation(op_kind kind, object_id object, const void* address, place at,
                                std::uint64_t value = 0) noexcept {
  operation op;
  op.kind = kind;
  op.object = object;
  op.address = address;
  op.value = value;
  op.at = at;
  return op;
}

// The goroutine that a waiter's record is for. Throws a panic outside of one, with `held` released.
inline goroutine* self_holding(detail::spin_lock& held) {
  goroutine* g = detail::exploring ? current_engine().current() : performance::running_goroutine();
  if (g != nullptr) [[likely]]
    return g;
  held.unlock();
  refuse_outside();
}

// Blocks the running goroutine, which stands in a queue that `held` guards.
[[gnu::always_inline]] inline void park(detail::spin_lock& held, op_kind kind, object_id object,
                                        const void* address, place at) {
  if (!detail::exploring) [[likely]]
    performance::suspend(&held, kind, address, at);
  else
    current_engine().park(make_operation(kind, object, address, at));
}

inline void ready(goroutine& g) noexcept {
  if (!detail::exploring) [[likely]]
    performance::resume(g);
  else
    current_engine().ready(g);
}

// For one of many: what was readied earlier comes first.
inline void ready_last(goroutine& g) noexcept {
  if (!detail::exploring) [[likely]]
    performance::resume_last(g);
  else
    current_engine().ready(g);
}

// Readies a waiter that was popped. Not under the lock of a channel: a select may be going through
// its channels still. Nothing of the waiter may be touched afterwards.
inline void ready_waiter(detail::waiter& w) noexcept {
  if (w.choice != nullptr) w.choice->leaving.lock();
  ready(*w.g);
}

// Waiters that were popped under an object's lock, to be readied without it.
class popped_waiters {
 public:
  // Takes all of `queue`; returns how many there were.
  std::uint32_t take_all(detail::wait_queue& queue) noexcept {
    std::uint32_t many = 0;
    while (detail::waiter* w = queue.pop()) {
      *end_ = w;
      end_ = &w->next;
      ++many;
    }
    return many;
  }
  // In order of arrival. The object may be gone once the last is ready.
  void ready_all() noexcept {
    while (first_ != nullptr) {
      detail::waiter& w = *first_;
      first_ = w.next;
      detail::release_order(&w);
      if (w.choice != nullptr) w.choice->leaving.lock();
      ready_last(*w.g);
    }
  }

 private:
  detail::waiter* first_ = nullptr;
  detail::waiter** end_ = &first_;
};

}  // namespace heddle::core
