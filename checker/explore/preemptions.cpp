#include "preemptions.hpp"

#include <algorithm>
#include <utility>

#include "guards.hpp"

namespace heddle::explore {

namespace {

bool of_time(op_kind k) { return k == op_kind::timer_fire || k == op_kind::clock_advance; }

// Operations of a goroutine that can be performed whenever they are announced, with one partner or
// another; timers and the clock are not asked about.
bool never_waits(op_kind k) {
  switch (k) {
    case op_kind::start:
    case op_kind::nil_channel:
    case op_kind::cond_woken:
    case op_kind::sleep:
    case op_kind::send:
    case op_kind::recv:
    case op_kind::lock:
    case op_kind::read_lock:
    case op_kind::write_arrive:
    case op_kind::write_lock:
    case op_kind::group_wait:
    case op_kind::once_begin:
    case op_kind::otherwise: return false;
    default: return true;
  }
}

// As opposed to being woken by it.
bool acts_in(actor_id who, const event& e) {
  return e.what.who == who || (e.op.kind == op_kind::send && e.what.partner == who);
}

}  // namespace

bool turn::goes_on(const action& what, op_kind kind) const {
  if (of_time(kind)) return true;
  const auto runs = [this](actor_id who) {
    return who != no_actor && (who == first || who == second);
  };
  return runs(what.who) || (kind == op_kind::send && runs(what.partner));
}

void turn::pass_to(const action& what, op_kind kind) {
  if (of_time(kind)) return;
  first = what.who;
  second = kind == op_kind::send ? what.partner : no_actor;
}

void preemption_counter::look_at(const trace& t, const happens_before& order) {
  trace_ = &t;
  order_ = &order;
}

unsigned preemption_counter::least(unsigned limit) {
  length_ = order_->length();
  beginning_ = false;
  const unsigned own = in_order(limit);
  return own <= limit ? own : search(limit);
}

unsigned preemption_counter::least_of_beginning(std::size_t length, unsigned limit) {
  length_ = length;
  beginning_ = true;
  const unsigned own = in_order(limit);
  return own <= limit ? own : search(limit);
}

// The number of the order in which the events came.
unsigned preemption_counter::in_order(unsigned limit) {
  cut_.assign(order_->actors(), 0);
  turn_ = {};
  done_ = 0;
  unsigned count = 0;
  for (std::uint32_t e = 0; e < length_ && count <= limit; ++e) {
    const event& ev = trace_->events[e];
    if (!turn_.goes_on(ev.what, ev.op.kind) && can_go_on(turn_)) ++count;
    perform(e);
  }
  return count;
}

unsigned preemption_counter::search(unsigned limit) {
  width_ = order_->actors() + 4;
  states_.clear();
  table_.assign(1024, 0);
  now_.clear();
  later_.clear();
  cut_.assign(order_->actors(), 0);
  turn_ = {};
  done_ = 0;
  now_.push_back(remember());
  for (unsigned count = 0; count <= limit; ++count) {
    while (!now_.empty()) {
      const std::uint32_t at = now_.back();
      now_.pop_back();
      if (expand(at, count < limit)) return count;
    }
    now_.swap(later_);
  }
  return limit + 1;
}

// Takes every step from a state. True: there is none left to take, all events are done.
bool preemption_counter::expand(std::uint32_t at, bool may_preempt) {
  const std::size_t actors = order_->actors();
  const auto load = [&] {
    const std::uint32_t* from = &states_[at * width_];
    std::copy_n(from, actors, cut_.begin());
    turn_ = {from[actors], from[actors + 1]};
    done_ = from[actors + 2];
  };
  if (std::exchange(states_[at * width_ + actors + 3], 1U) != 0) return false;
  load();
  if (done_ == length_) return true;
  const bool able = can_go_on(turn_);
  for (actor_id who = 0; who < actors; ++who) {
    const std::uint32_t e = next_event(who);
    if (e == none || trace_->events[e].what.who != who || !ready(e)) continue;
    const event& ev = trace_->events[e];
    const bool preempts = able && !turn_.goes_on(ev.what, ev.op.kind);
    if (preempts && !may_preempt) continue;
    perform(e);
    const std::uint32_t next = remember();
    if (states_[next * width_ + actors + 3] == 0) (preempts ? later_ : now_).push_back(next);
    load();
  }
  return false;
}

std::uint32_t preemption_counter::next_event(actor_id who) const {
  const std::uint32_t e = order_->event_at(who, cut_[who]);
  return e < length_ ? e : none;
}

// All that came before the event is done. REQUIRES: the event is not.
bool preemption_counter::ready(std::uint32_t e) const {
  const clock_row past = order_->clock(e);
  const event& ev = trace_->events[e];
  for (actor_id i = 0; i < past.size(); ++i) {
    if (past[i] <= cut_[i]) continue;
    if (past[i] > cut_[i] + 1) return false;
    const auto others = trace_->others_of(ev);
    if (i != ev.what.who && i != ev.what.partner &&
        std::ranges::find(others, i, &participant::who) == others.end())
      return false;
  }
  return true;
}

void preemption_counter::perform(std::uint32_t e) {
  const event& ev = trace_->events[e];
  ++cut_[ev.what.who];
  if (ev.what.partner != no_actor) ++cut_[ev.what.partner];
  for (const participant& p : trace_->others_of(ev)) ++cut_[p.who];
  ++done_;
  turn_.pass_to(ev.what, ev.op.kind);
}

bool preemption_counter::can_go_on(const turn& t) {
  return (t.first != no_actor && can_go_on(t.first)) ||
         (t.second != no_actor && can_go_on(t.second));
}

bool preemption_counter::can_go_on(actor_id who) {
  const std::uint32_t next = next_event(who);
  if (next != none && acts_in(who, trace_->events[next]) && ready(next)) return true;
  if (beginning_) {
    if (next == none) return false;
    const auto offers = trace_->offers_at(who, cut_[who]);
    return offers.size() == 1 && never_waits(offers.front().kind) &&
           trace_->guards_at(who, cut_[who]).empty();
  }
  if (!announced_now(who)) return false;
  return guard_released(who) ? offers_possible(who, cut_[who]) : can_meet(who);
}

// Whether the actor has announced something in the state at hand.
bool preemption_counter::announced_now(actor_id who) const {
  return cut_[who] < trace_->actors[who].announced.size() && created(who);
}

// A creator that has announced nothing, or not yet, has run up to there.
bool preemption_counter::created(actor_id who) const {
  const actor_info& a = trace_->actors[who];
  if (a.id != who) return false;
  if (cut_[who] > 0 || a.parent == no_actor) return true;
  if (cut_[a.parent] < a.parent_position) return false;
  return a.parent_position > 0 || created(a.parent);
}

bool preemption_counter::offers_possible(actor_id who, std::uint32_t position) {
  const std::span<const operation> offers = trace_->offers_at(who, position);
  if (std::ranges::any_of(offers, [](const operation& op) { return never_waits(op.kind); }))
    return true;
  fold();
  for (const operation& op : offers) folded_.meet(op);
  return std::ranges::any_of(offers, [&](const operation& op) {
    if (op.kind == op_kind::otherwise) return folded_.otherwise_enabled(offers);
    if (folded_.enabled({who, op.branch, no_actor, 0}, op)) return true;
    return has_partner(who, op);
  });
}

// Whether the actor could meet a partner on an unbuffered channel, as one that spins still may.
bool preemption_counter::can_meet(actor_id who) {
  return std::ranges::any_of(trace_->offers_at(who, cut_[who]),
                             [&](const operation& op) { return has_partner(who, op); });
}

bool preemption_counter::has_partner(actor_id who, const operation& op) {
  if ((op.kind != op_kind::send && op.kind != op_kind::recv) || op.value > 0) return false;
  const op_kind wanted = op.kind == op_kind::send ? op_kind::recv : op_kind::send;
  for (const actor_info& other : trace_->actors) {
    if (other.id == no_actor || other.id == who || other.kind != actor_kind::goroutine) continue;
    if (!announced_now(other.id)) continue;
    for (const operation& theirs : trace_->offers_at(other.id, cut_[other.id]))
      if (theirs.kind == wanted && theirs.object == op.object) return true;
  }
  return false;
}

// A goroutine that goes round a spinning loop is held back until something that it read changes.
bool preemption_counter::guard_released(actor_id who) const {
  return explore::guard_released(*trace_, *order_, who, cut_[who],
                                 [&](std::uint32_t d) { return done(d); });
}

bool preemption_counter::done(std::uint32_t e) const {
  const event& ev = trace_->events[e];
  return e < length_ && cut_[ev.what.who] > ev.position;
}

// The state of all objects after the events of the cut.
void preemption_counter::fold() {
  folded_.reset();
  for (std::uint32_t e = 0; e < length_; ++e) {
    if (!done(e)) continue;
    const event& ev = trace_->events[e];
    folded_.meet(ev.op);
    folded_.apply(ev.what, ev.op, ev.bits);
  }
}

// The index of the state at hand, which is new or was met before.
std::uint32_t preemption_counter::remember() {
  const std::size_t actors = order_->actors();
  if (2 * (states_.size() / width_ + 1) > table_.size()) grow_table();
  const auto fresh = static_cast<std::uint32_t>(states_.size() / width_);
  states_.insert(states_.end(), cut_.begin(), cut_.end());
  // Of the two that run after a rendezvous neither comes first.
  states_.push_back(std::min(turn_.first, turn_.second));
  states_.push_back(std::max(turn_.first, turn_.second));
  states_.push_back(static_cast<std::uint32_t>(done_));
  states_.push_back(0);
  const auto key = [&](std::uint32_t s) {
    return std::span<const std::uint32_t>(&states_[s * width_], actors + 2);
  };
  std::uint64_t hash = 0;
  for (std::uint32_t n : key(fresh)) hash = (hash ^ n) * 0x9e3779b97f4a7c15U, hash ^= hash >> 31;
  for (std::size_t slot = hash;; ++slot) {
    std::uint32_t& entry = table_[slot % table_.size()];
    if (entry == 0) {
      entry = fresh + 1;
      return fresh;
    }
    if (!std::ranges::equal(key(entry - 1), key(fresh))) continue;
    states_.resize(fresh * width_);
    return entry - 1;
  }
}

void preemption_counter::grow_table() {
  const std::size_t size = 2 * table_.size();
  table_.assign(size, 0);
  const std::size_t actors = order_->actors();
  for (std::uint32_t s = 0; s < states_.size() / width_; ++s) {
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < actors + 2; ++i) {
      hash = (hash ^ states_[s * width_ + i]) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 31;
    }
    std::size_t slot = hash;
    while (table_[slot % size] != 0) ++slot;
    table_[slot % size] = s + 1;
  }
}

}  // namespace heddle::explore
