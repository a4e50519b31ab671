#include "object_model.hpp"

#include <algorithm>

namespace heddle::explore {

namespace {

using kind = access_kind;

access channel_slot(object_id o, kind k, std::uint32_t number, std::uint32_t capacity) {
  const std::uint32_t told = std::min(capacity, most_capacity_told);
  return {o, k, (number & slot_mask) | told << slot_bits};
}

bool is_channel_operation(op_kind k) { return k >= op_kind::send && k <= op_kind::len; }

}  // namespace

void object_model::reset(bool idle_time) {
  idle_time_ = idle_time;
  for (object_id o : used_) {
    object_state& s = objects_[o];
    static_cast<object_numbers&>(s) = object_numbers{};
    s.inside.clear();
  }
  used_.clear();
  timers_.clear();
  now_ = 0;
}

void object_model::expect_group_panic(object_id group) {
  if (std::ranges::count(strict_groups_, group) == 0) strict_groups_.push_back(group);
}

bool object_model::meet_new(const operation& op) {
  const bool fresh = op.object != 0 && !state(op.object).known;
  for (object_id o : {op.object, op.second}) {
    if (o == 0) continue;
    object_state& s = touch(o);
    if (s.known) continue;
    s.known = true;
    used_.push_back(o);
    if (o != op.object) {  // a timer's channel has room for one; else it is a cond's mutex
      if (op.kind == op_kind::timer_arm || op.kind == op_kind::timer_stop) s.capacity = 1;
      continue;
    }
    if (is_channel_operation(op.kind)) s.capacity = static_cast<std::uint32_t>(op.value);
    if (core::is_atomic(op.kind)) s.bits = op.value;
  }
  return fresh;
}

timer_entry& object_model::timer_of(object_id t) {
  for (timer_entry& entry : timers_)
    if (entry.timer == t) return entry;
  timers_.push_back({});
  timers_.back().timer = t;
  return timers_.back();
}

// A periodic timer whose tick would be dropped does nothing.
bool object_model::effective(const timer_entry& t) const {
  if (!t.armed) return false;
  if (t.period == 0 || t.channel == 0) return true;
  const object_state& c = state(t.channel);
  return c.sent == c.received;
}

bool object_model::due(const timer_entry& t) const { return effective(t) && t.deadline <= now_; }

std::int64_t object_model::next_deadline() const {
  std::int64_t next = -1;
  for (const timer_entry& t : timers_) {
    if (!effective(t)) continue;
    if (t.deadline <= now_) return -1;
    if (next < 0 || t.deadline < next) next = t.deadline;
  }
  return next;
}

bool object_model::enabled(const action& what, const operation& op) const {
  const object_state& s = state(op.object);
  switch (op.kind) {
    case op_kind::start:
    case op_kind::nil_channel:
    case op_kind::cond_woken:
    case op_kind::sleep:
      return false;
    case op_kind::send:
      if (s.closed) return what.partner == no_actor;
      return s.capacity == 0 ? what.partner != no_actor : s.sent - s.received < s.capacity;
    case op_kind::recv:
      return s.sent != s.received || s.closed;
    case op_kind::lock:
      return !s.locked;
    case op_kind::read_lock:
      return !s.present;
    case op_kind::write_arrive:
      return !s.present;
    case op_kind::write_lock:
      return s.inside.empty();
    case op_kind::group_wait:
      return s.count == 0;
    case op_kind::once_begin:
      return !s.locked;
    case op_kind::cond_signal:
      if (what.partner == no_actor) return s.inside.empty();
      return std::ranges::find(s.inside, what.partner) != s.inside.end();
    case op_kind::clock_advance:
      return next_deadline() >= 0;
    case op_kind::timer_fire:
      return std::ranges::any_of(
          timers_, [&](const timer_entry& t) { return t.timer == op.object && due(t); });
    default:
      return true;
  }
}

bool object_model::otherwise_enabled(std::span<const operation> offers) const {
  return std::ranges::none_of(offers, [&](const operation& op) {
    if (op.kind != op_kind::send && op.kind != op_kind::recv) return false;
    const object_state& s = state(op.object);
    if (s.closed) return true;
    if (s.capacity == 0) return false;
    return op.kind == op_kind::send ? s.sent - s.received < s.capacity : s.sent != s.received;
  });
}

void object_model::touch_channel(const action& what, const operation& op, access_list& out) const {
  const object_state& s = state(op.object);
  const object_id o = op.object;
  switch (op.kind) {
    case op_kind::send:
      if (s.closed) return out.push_back({o, kind::send_closed, 0});
      if (what.partner != no_actor) return out.push_back({o, kind::rendezvous, 0});
      return out.push_back(channel_slot(o, kind::send, s.sent, s.capacity));
    case op_kind::recv:
      if (s.sent == s.received) return out.push_back({o, kind::receive_closed, 0});
      return out.push_back(channel_slot(o, kind::receive, s.received, s.capacity));
    case op_kind::close:
    case op_kind::try_close:
      return out.push_back({o, s.closed ? kind::close_closed : kind::close, 0});
    case op_kind::is_closed:
      return out.push_back({o, s.closed ? kind::receive_closed : kind::poll_open, 0});
    default:
      if (s.capacity > 0) out.push_back({o, kind::observe_len, 0});
  }
}

void object_model::touches(const action& what, const operation& op,
                           std::span<const operation> offers, access_list& out) const {
  out.clear();
  if (access always; touches_always(op, always)) return out.push_back(always);
  const object_state& s = state(op.object);
  const object_id o = op.object;
  const auto one = [&](kind k, std::uint32_t slot = 0) { out.push_back({o, k, slot}); };
  switch (op.kind) {
    case op_kind::recv:
      touch_channel(what, op, out);
      // With room for a tick, time may come to it.
      if (op.second != 0) out.push_back({clock_object, kind::timer, op.second});
      return;
    case op_kind::send:
    case op_kind::close:
    case op_kind::try_close:
    case op_kind::is_closed:
    case op_kind::len:
      return touch_channel(what, op, out);
    case op_kind::otherwise:
      for (const operation& offer : offers)
        if (offer.kind == op_kind::send || offer.kind == op_kind::recv)
          out.push_back({offer.object,
                         state(offer.object).capacity > 0 ? kind::poll_buffered : kind::poll_open,
                         0});
      if (out.empty()) out.push_back({nothing_object, kind::read, 0});
      return;
    case op_kind::choose:
      return out.push_back({nothing_object, kind::read, 0});
    case op_kind::lock:
      return one(kind::lock);
    case op_kind::try_lock:
      return one(s.locked ? kind::lock_failed : kind::lock);
    case op_kind::read_lock:
      return one(kind::read_lock);
    case op_kind::try_read_lock:
      return one(s.present ? kind::read_lock_failed : kind::read_lock);
    case op_kind::read_unlock:
      return one(std::ranges::find(s.inside, what.who) != s.inside.end()
                     ? kind::read_unlock
                     : kind::read_unlock_foreign);
    case op_kind::write_arrive:
      return one(kind::write_arrive);
    case op_kind::write_lock:
      return one(kind::write_lock);
    case op_kind::try_write_lock:
      return one(s.present || !s.inside.empty() ? kind::write_lock_failed : kind::write_lock);
    case op_kind::write_unlock:
      return one(kind::write_unlock);
    case op_kind::group_add: {
      const auto delta = static_cast<std::int64_t>(op.value);
      if (!core::group_may_add(s.count, delta)) return one(kind::group_panic);
      if (delta > 0) return one(kind::group_add);
      return one(kind::group_done, std::ranges::count(strict_groups_, o) > 0 ? 1 : 0);
    }
    case op_kind::group_wait:
      return one(kind::group_wait);
    case op_kind::cond_wait:
      one(kind::exclusive);
      return out.push_back({op.second, kind::unlock, 0});
    case op_kind::cond_signal:
    case op_kind::cond_broadcast:
    case op_kind::once_end:
      return one(kind::exclusive);
    case op_kind::once_begin:
      return one(s.present ? kind::passed : kind::exclusive);
    case op_kind::atomic_compare:
      return one(s.bits == op.extra ? kind::write : kind::read);
    case op_kind::timer_arm:
    case op_kind::timer_stop:
      out.push_back({clock_object, kind::timer, o});
      if (op.second != 0) out.push_back({op.second, kind::exclusive, 0});  // it drains the channel
      return;
    case op_kind::timer_fire:
      out.push_back({clock_object, kind::timer, o});
      if (op.second == 0) return;
      if (const object_state& c = state(op.second); c.sent == c.received)
        return out.push_back(channel_slot(op.second, kind::send, c.sent, 1));
      return out.push_back({op.second, kind::poll_buffered, 0});
    case op_kind::clock_advance:
      if (idle_time_) out.push_back({everything_object, kind::everything, 0});
      return out.push_back({clock_object, kind::time_advance, 0});
    case op_kind::clock_read:
      return out.push_back({clock_object, kind::time_read, 0});
    case op_kind::observe_all:
      return out.push_back({everything_object, kind::everything, 0});
    default:
      return;
  }
}

void object_model::apply_channel(const action& what, const operation& op) {
  object_state& s = touch(op.object);
  switch (op.kind) {
    case op_kind::send:
      if (!s.closed && what.partner == no_actor) ++s.sent;
      return;
    case op_kind::recv:
      if (s.sent != s.received) ++s.received;
      return;
    case op_kind::close:
    case op_kind::try_close:
      s.closed = true;
      return;
    default:
      return;
  }
}

void object_model::apply_lock(const action& what, const operation& op) {
  object_state& s = touch(op.object);
  switch (op.kind) {
    case op_kind::lock:
    case op_kind::try_lock:
      if (s.locked) return;
      s.locked = true;
      s.holder = what.who;
      return;
    case op_kind::unlock:
      s.locked = false;
      s.holder = no_actor;
      return;
    case op_kind::try_read_lock:
      if (s.present) return;
      [[fallthrough]];
    case op_kind::read_lock:
      s.inside.push_back(what.who);
      return;
    case op_kind::read_unlock: {
      if (s.inside.empty()) return;
      // For another, whoever that is: the same in any order in which the readers came.
      auto own = std::ranges::find(s.inside, what.who);
      s.inside.erase(own == s.inside.end() ? std::ranges::min_element(s.inside) : own);
      return;
    }
    case op_kind::try_write_lock:
      if (s.present || !s.inside.empty()) return;
      s.locked = true;
      [[fallthrough]];
    case op_kind::write_arrive:
      s.present = true;
      s.holder = what.who;
      return;
    case op_kind::write_lock:
      s.locked = true;
      return;
    case op_kind::write_unlock:
      if (!s.locked) return;
      s.locked = s.present = false;
      s.holder = no_actor;
      return;
    default:
      return;
  }
}

void object_model::apply_timer(const operation& op) {
  if (op.kind == op_kind::clock_advance) {
    now_ = next_deadline();
    for (timer_entry& t : timers_)  // ticks that would have been dropped
      if (t.armed && t.period > 0 && !effective(t))
        while (t.deadline <= now_) t.deadline += t.period;
    return;
  }
  timer_entry& t = timer_of(op.object);
  if (op.kind == op_kind::timer_fire) {
    if (t.channel != 0) {
      object_state& c = touch(t.channel);
      if (c.sent == c.received) ++c.sent;
    }
    t.armed = t.period > 0;
    t.deadline += t.period;
    return;
  }
  t.armed = op.kind == op_kind::timer_arm;
  const auto delay = static_cast<std::int64_t>(op.value);
  t.deadline = delay < INT64_MAX - now_ ? now_ + delay : INT64_MAX;
  t.period = static_cast<std::int64_t>(op.extra);
  t.ticks = t.ticks || t.period > 0;
  t.channel = op.second;
  if (op.second != 0) {
    object_state& c = touch(op.second);
    c.received = c.sent;
  }
}

void object_model::apply(const action& what, const operation& op, std::uint64_t bits) {
  object_state& s = touch(op.object);
  switch (op.kind) {
    case op_kind::group_add: {
      const auto delta = static_cast<std::int64_t>(op.value);
      if (core::group_may_add(s.count, delta)) s.count += delta;
      return;
    }
    case op_kind::cond_wait: {
      object_state& m = touch(op.second);
      if (bits == 0) return;  // it panics
      m.locked = false;
      m.holder = no_actor;
      s.inside.push_back(what.who);
      return;
    }
    case op_kind::cond_signal:
      std::erase(s.inside, what.partner);
      return;
    case op_kind::cond_broadcast:
      s.inside.clear();
      return;
    case op_kind::once_begin:
      if (s.present) return;
      s.locked = true;
      s.holder = what.who;
      return;
    case op_kind::once_end:
      s.locked = false;
      s.present = true;
      s.holder = no_actor;
      return;
    case op_kind::atomic_store:
    case op_kind::atomic_update:
    case op_kind::atomic_compare:
      s.bits = bits;
      return;
    case op_kind::timer_arm:
    case op_kind::timer_stop:
    case op_kind::timer_fire:
    case op_kind::clock_advance:
      return apply_timer(op);
    default:
      break;
  }
  if (is_channel_operation(op.kind))
    apply_channel(what, op);
  else
    apply_lock(what, op);
}

void object_model::woken(const operation& op, std::vector<actor_id>& out) const {
  if (op.kind != op_kind::cond_broadcast) return;
  const object_state& s = state(op.object);
  out.insert(out.end(), s.inside.begin(), s.inside.end());
}

}  // namespace heddle::explore
