// What operations mean, abstractly: the state of every object as a few numbers, which operations
// can complete in it, what an action touches, and the state it leads to.
//
// The sequencer keeps one in step with the execution to know what is enabled. A strategy folds
// part of a trace into another to ask what would be enabled had events come in another order. The
// shipped primitives run beside it; that both agree is checked at every step of every execution.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "action.hpp"

namespace heddle::explore {

struct timer_entry {
  object_id timer = 0;
  std::int64_t deadline = 0;  // ns of virtual time
  std::int64_t period = 0;
  bool ticks = false;         // it has been periodic
  object_id channel = 0;  // 0: none
  bool armed = false;
};

// Every family of objects uses its own few fields.
struct object_numbers {
  bool known = false;          // initialised from the first operation announced on it
  std::uint64_t bits = 0;      // atomic: the value
  std::uint32_t capacity = 0;  // channel
  std::uint32_t sent = 0;
  std::uint32_t received = 0;
  bool closed = false;
  actor_id holder = no_actor;  // mutex, writer of an rw_mutex, runner of a once
  bool locked = false;         // mutex; rw_mutex: the writer is inside; once: running
  bool present = false;        // rw_mutex: a writer has arrived; once: finished
  std::int64_t count = 0;      // wait_group
};

struct object_state : object_numbers {
  std::vector<actor_id> inside;  // rw_mutex: readers; cond: waiters
};

// What an operation touches that can always be performed and touches the same whatever came before:
// one object. False for any other operation.
constexpr bool touches_always(const operation& op, access& what) noexcept {
  switch (op.kind) {
    case op_kind::atomic_load:
      what = {op.object, access_kind::read, 0};
      return true;
    case op_kind::atomic_store:
    case op_kind::atomic_update:
      what = {op.object, access_kind::write, 0};
      return true;
    case op_kind::unlock:
      what = {op.object, access_kind::unlock, 0};
      return true;
    default:
      return false;
  }
}

// Operations that can always be performed, whatever came before.
constexpr bool never_blocks(op_kind k) noexcept {
  switch (k) {
    case op_kind::close:
    case op_kind::try_close:
    case op_kind::is_closed:
    case op_kind::len:
    case op_kind::try_lock:
    case op_kind::unlock:
    case op_kind::try_read_lock:
    case op_kind::read_unlock:
    case op_kind::try_write_lock:
    case op_kind::write_unlock:
    case op_kind::group_add:
    case op_kind::cond_wait:
    case op_kind::cond_broadcast:
    case op_kind::once_end:
    case op_kind::atomic_load:
    case op_kind::atomic_store:
    case op_kind::atomic_update:
    case op_kind::atomic_compare:
    case op_kind::choose:
    case op_kind::timer_arm:
    case op_kind::timer_stop:
    case op_kind::clock_read:
    case op_kind::observe_all:
    case op_kind::pause:
      return true;
    default:
      return false;
  }
}

// Atomic operations whose new value is known only once they have run.
constexpr bool leaves_value(op_kind k) noexcept {
  return k == op_kind::atomic_store || k == op_kind::atomic_update || k == op_kind::atomic_compare;
}

class object_model {
 public:
  // Forgets everything; keeps memory. In idle time an advance comes after everything before it.
  void reset(bool idle_time = false);

  // An operation was announced: its objects come into being if they are new. Says whether
  // op.object was.
  bool meet(const operation& op) {
    if (op.second == 0 && op.object < objects_.size() && objects_[op.object].known) return false;
    return meet_new(op);
  }

  // Whether the action can be performed now. `op` is what `who` announced.
  bool enabled(const action& what, const operation& op) const;
  // The same for a select's otherwise: no buffered or closed case is ready.
  bool otherwise_enabled(std::span<const operation> offers) const;

  // What the action touches if it is performed now. `offers` matters to otherwise only.
  void touches(const action& what, const operation& op, std::span<const operation> offers,
               access_list& out) const;

  // Performs an enabled action. `bits` is the value that an atomic has afterwards; for a condition
  // wait, whether its mutex was locked.
  void apply(const action& what, const operation& op, std::uint64_t bits);

  // What an atomic operation left behind, known once it has run. REQUIRES: o was met.
  void set_bits(object_id o, std::uint64_t bits) { objects_[o].bits = bits; }
  // From now on, and over resets, two dones of this wait group are dependent.
  void expect_group_panic(object_id group);
  // Lets a periodic timer fire no more.
  void silence(object_id timer) { timer_of(timer).armed = false; }

  // The goroutines that the action wakes beyond its partner: a broadcast's.
  void woken(const operation& op, std::vector<actor_id>& out) const;

  const object_state& state(object_id o) const {
    return o < objects_.size() ? objects_[o] : unknown_;
  }
  std::int64_t now() const noexcept { return now_; }
  const std::vector<timer_entry>& timers() const noexcept { return timers_; }
  // The time that an advance would lead to; -1 when it is not possible: nothing is armed, or a due
  // timer has not fired. A periodic timer whose channel is full does nothing and is passed over.
  std::int64_t next_deadline() const;
  bool due(const timer_entry& t) const;
  // The ticker that sends on a channel; 0: none does.
  object_id ticker_of(object_id channel) const {
    for (const timer_entry& t : timers_)
      if (t.ticks && t.channel == channel) return t.timer;
    return 0;
  }

 private:
  bool meet_new(const operation& op);
  object_state& touch(object_id o) {
    if (o >= objects_.size()) objects_.resize(o + 1);
    return objects_[o];
  }
  bool effective(const timer_entry& t) const;
  timer_entry& timer_of(object_id t);
  void apply_channel(const action& what, const operation& op);
  void apply_lock(const action& what, const operation& op);
  void apply_timer(const operation& op);
  void touch_channel(const action& what, const operation& op, access_list& out) const;

  inline static const object_state unknown_{};
  std::vector<object_state> objects_;
  std::vector<object_id> used_;  // what reset() has to clear
  std::vector<timer_entry> timers_;
  std::vector<object_id> strict_groups_;
  std::int64_t now_ = 0;
  bool idle_time_ = false;
};

}  // namespace heddle::explore
