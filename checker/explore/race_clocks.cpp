#include "race_clocks.hpp"

#include <algorithm>
#include <utility>

namespace heddle::explore {

namespace {

constexpr std::uint32_t message_number = 0xfffff;  // of access::slot: see dependence.cpp

access_kind kind_of(const trace& t, const event& e) {
  // The first is the operation's own; a spinning goroutine's guards come behind it.
  if (e.access_count == 0) return access_kind::everything;
  const access& own = t.touches(e).front();
  return own.object == nothing_object ? access_kind::everything : own.kind;
}

}  // namespace

void race_clocks::begin() {
  if (known_ == 0 && folded_ == 0) return;
  for (object_id o : used_) {
    object_clocks& c = objects_[o];
    c.passed = c.second = 0;
    c.messages.clear();
    c.rooms.clear();
    c.used = false;
  }
  used_.clear();
  ++execution_;
  if (beside_.size() > most_beside) beside_.clear();
  std::fill(started_.begin(), started_.end(), false);
  waiting_.clear();
  rows_taken_ = 0;
  folded_ = known_ = 0;
}

void race_clocks::join(row& into, const row& from) {
  if (into.size() < from.size()) into.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) into[i] = std::max(into[i], from[i]);
}

race_clocks::row_id race_clocks::take_row() {
  if (++rows_taken_ == pool_.size()) pool_.emplace_back();
  pool_[rows_taken_].clear();
  return rows_taken_;
}

race_clocks::object_clocks& race_clocks::clocks_of(object_id o) {
  if (o >= objects_.size()) objects_.resize(o + 1);
  object_clocks& c = objects_[o];
  if (!std::exchange(c.used, true)) used_.push_back(o);
  return c;
}

race_clocks::row_id& race_clocks::slot_of(std::vector<row_id>& slots, const access& a,
                                          const operation& op) {
  // A timer's channel has one slot, and its operation's value is something else.
  const bool of_timer = op.kind == op_kind::timer_fire;
  const std::uint64_t capacity = of_timer ? 1 : std::max<std::uint64_t>(op.value, 1);
  const std::size_t slot = (a.slot & message_number) % capacity;
  if (slot >= slots.size()) slots.resize(slot + 1);
  return slots[slot];
}

void race_clocks::acquire(edge e, actor_id who, row_id from) {
  if (from != 0 && has(e)) join(rows_[who], pool_[from]);
}

void race_clocks::release(actor_id who, row_id& into) {
  if (into == 0) into = take_row();
  join(pool_[into], rows_[who]);
}

void race_clocks::replace(actor_id who, row_id& into) {
  if (into == 0) into = take_row();
  pool_[into] = rows_[who];
}

void race_clocks::step(actor_id who) {
  ++positions_[who];
  ++rows_[who][who];
}

void race_clocks::pass_on(actor_id who, std::uintptr_t by) {
  passed_beside& passed = beside_[by];
  if (passed.execution != execution_) passed = {execution_, 0};
  release(who, passed.row);
  ++rows_[who][who];
}

void race_clocks::learn(actor_id who, std::uintptr_t by) {
  const auto passed = beside_.find(by);
  if (passed != beside_.end() && passed->second.execution == execution_)
    join(rows_[who], pool_[passed->second.row]);
}

void race_clocks::forget(std::uintptr_t by) {
  const auto passed = beside_.find(by);
  if (passed != beside_.end()) passed->second.row = 0;
}

void race_clocks::take_in(const moment& now) {
  const trace& t = now.of;
  if (rows_.size() < t.actors.size()) {
    rows_.resize(t.actors.size());
    positions_.resize(t.actors.size());
    started_.resize(t.actors.size());
  }
  // An actor is created by what comes after all events of its creator before, and those are taken
  // in below before any that comes later.
  for (; known_ < now.created.size(); ++known_) waiting_.push_back(now.created[known_]);
  for (; folded_ < now.events; ++folded_) {
    if (!waiting_.empty()) start_children(t);
    fold(t, t.events[folded_]);
  }
  if (!waiting_.empty()) start_children(t);
}

// Those that were created in what their creators did before the next event to be taken in.
void race_clocks::start_children(const trace& t) {
  std::erase_if(waiting_, [&](actor_id who) {
    const actor_info& info = t.actors[who];
    const bool root = info.parent == no_actor;
    if (!root && (!started_[info.parent] || positions_[info.parent] != info.parent_position))
      return false;
    start(t, who);
    return true;
  });
}

void race_clocks::start(const trace& t, actor_id who) {
  const actor_id parent = t.actors[who].parent;
  row& mine = rows_[who];
  mine.clear();
  if (parent != no_actor) {
    if (has(edge::go_statement)) mine = rows_[parent];
    ++rows_[parent][parent];
  }
  if (mine.size() <= who) mine.resize(who + 1);
  mine[who] = 1;  // above what anybody knows of it
  positions_[who] = 0;
  started_[who] = true;
}

void race_clocks::fold(const trace& t, const event& e) {
  switch (e.op.kind) {
    case op_kind::send:
    case op_kind::recv:
    case op_kind::close:
    case op_kind::try_close:
    case op_kind::is_closed:
    case op_kind::timer_fire:
      fold_channel(t, e);
      break;
    case op_kind::lock:
    case op_kind::try_lock:
    case op_kind::unlock:
    case op_kind::read_lock:
    case op_kind::try_read_lock:
    case op_kind::read_unlock:
    case op_kind::write_lock:
    case op_kind::try_write_lock:
    case op_kind::write_unlock:
      fold_lock(t, e);
      break;
    default:
      fold_other(t, e);
  }
  step(e.what.who);
  if (e.what.partner != no_actor) step(e.what.partner);
  for (const participant& p : t.others_of(e)) step(p.who);
}

void race_clocks::fold_channel(const trace& t, const event& e) {
  const actor_id who = e.what.who;
  if (e.op.kind == op_kind::timer_fire) {
    row& mine = rows_[who];  // the last arming alone: what fired before does not matter
    const std::uint32_t own = mine[who];
    const row_id armed = clocks_of(e.op.object).passed;
    mine.clear();
    if (armed != 0 && has(edge::timer)) mine = pool_[armed];
    if (mine.size() <= who) mine.resize(who + 1);
    mine[who] = own;
    for (const participant& p : t.others_of(e)) join(rows_[p.who], mine);  // a sleeper
    for (const access& a : t.touches(e))
      if (a.kind == access_kind::send)
        replace(who, slot_of(clocks_of(a.object).messages, a, e.op));
    return;
  }
  object_clocks& c = clocks_of(e.op.object);
  switch (kind_of(t, e)) {
    case access_kind::rendezvous: {
      before_ = rows_[who];
      if (has(edge::room)) join(rows_[who], rows_[e.what.partner]);
      if (has(edge::message)) join(rows_[e.what.partner], before_);
      return;
    }
    case access_kind::send: {
      const access& a = t.touches(e).front();
      acquire(edge::room, who, slot_of(c.rooms, a, e.op));
      return replace(who, slot_of(c.messages, a, e.op));
    }
    case access_kind::receive: {
      const access& a = t.touches(e).front();
      acquire(edge::message, who, slot_of(c.messages, a, e.op));
      return replace(who, slot_of(c.rooms, a, e.op));
    }
    case access_kind::receive_closed: return acquire(edge::close, who, c.passed);
    case access_kind::close:
      if (e.op.kind == op_kind::try_close) acquire(edge::registration, who, c.second);
      return release(who, c.passed);
    case access_kind::poll_open:
      if (e.op.extra != 0) release(who, c.second);  // a child context registers
      return;
    default: return;
  }
}

void race_clocks::fold_lock(const trace& t, const event& e) {
  const actor_id who = e.what.who;
  object_clocks& c = clocks_of(e.op.object);
  switch (kind_of(t, e)) {
    case access_kind::lock: return acquire(edge::mutex, who, c.passed);
    case access_kind::read_lock: return acquire(edge::write_unlock, who, c.passed);
    case access_kind::write_lock:
      acquire(edge::write_unlock, who, c.passed);
      return acquire(edge::read_unlock, who, c.second);
    case access_kind::unlock:
    case access_kind::write_unlock: return release(who, c.passed);
    case access_kind::read_unlock:
    case access_kind::read_unlock_foreign: return release(who, c.second);
    default: return;  // failed attempts synchronise with nothing
  }
}

void race_clocks::fold_other(const trace& t, const event& e) {
  const actor_id who = e.what.who;
  const access_kind touched = kind_of(t, e);
  switch (e.op.kind) {
    case op_kind::group_add:
      if (touched == access_kind::group_done) release(who, clocks_of(e.op.object).passed);
      return;
    case op_kind::group_wait: return acquire(edge::wait_group, who, clocks_of(e.op.object).passed);
    case op_kind::cond_wait: return release(who, clocks_of(e.op.second).passed);
    case op_kind::cond_signal:
      if (e.what.partner != no_actor && has(edge::signal)) join(rows_[e.what.partner], rows_[who]);
      return;
    case op_kind::cond_broadcast:
      for (const participant& p : t.others_of(e))
        if (has(edge::signal)) join(rows_[p.who], rows_[who]);
      return;
    case op_kind::once_begin:
      if (touched == access_kind::passed) acquire(edge::once, who, clocks_of(e.op.object).passed);
      return;
    case op_kind::once_end:
    case op_kind::timer_arm: return replace(who, clocks_of(e.op.object).passed);
    case op_kind::atomic_load: return acquire(edge::atomic, who, clocks_of(e.op.object).passed);
    case op_kind::atomic_store: return replace(who, clocks_of(e.op.object).passed);
    case op_kind::atomic_update:
    case op_kind::atomic_compare:
      acquire(edge::atomic, who, clocks_of(e.op.object).passed);
      if (touched == access_kind::write) replace(who, clocks_of(e.op.object).passed);
      return;
    default: return;
  }
}

}  // namespace heddle::explore
