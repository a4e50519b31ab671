#include "configuration.hpp"

#include <algorithm>

#include "guards.hpp"
#include "offers.hpp"

namespace heddle::explore {

namespace {

// Calls f(actor, position) for everybody who takes part in an event.
template <class F>
void each_participant(const trace& t, const event& e, F f) {
  f(e.what.who, e.position);
  if (e.what.partner != no_actor) f(e.what.partner, e.partner_position);
  for (const participant& p : t.others_of(e)) f(p.who, p.position);
}

bool of_time(op_kind k) { return k == op_kind::timer_fire || k == op_kind::clock_advance; }

}  // namespace

void configuration::look_at(const trace& t, const happens_before& order) {
  trace_ = &t;
  order_ = &order;
  counts_.assign(t.actors.size(), 0);
  lives_.clear();
  for (const actor_info& a : t.actors) {
    const actor_info* made = &a;  // by whose event, at last: a creator may have had none before
    while (made->parent != no_actor && made->parent_position == 0) made = &t.actors[made->parent];
    lives_.push_back({made->parent, made->parent_position,
                      a.id == no_actor ? 0 : static_cast<std::uint32_t>(a.announced.size())});
  }
  counted_ = 0;
  if (added_.size() < order.length()) added_.resize(2 * order.length(), 0);
  begin(0);
}

void configuration::begin(std::uint32_t length) {
  if (length < counted_) {
    std::ranges::fill(counts_, 0);
    counted_ = 0;
  }
  for (; counted_ < length; ++counted_)
    each_participant(*trace_, trace_->events[counted_],
                     [&](actor_id who, std::uint32_t position) { counts_[who] = position + 1; });
  positions_.assign(counts_.begin(), counts_.end());
  length_ = length;
  ++stamp_;
}

void configuration::add(std::uint32_t e) {
  added_[e] = stamp_;
  each_participant(*trace_, trace_->events[e],
                   [&](actor_id who, std::uint32_t position) { positions_[who] = position + 1; });
}

bool configuration::is_next(std::uint32_t e) const {
  if (contains(e)) return false;
  const event& ev = trace_->events[e];
  const clock_row past = order_->clock(e);
  for (std::size_t k = 0; k < past.size(); ++k) {
    if (past[k] <= positions_[k]) continue;
    if (past[k] > positions_[k] + 1) return false;
    bool takes_part = false;
    each_participant(*trace_, ev, [&](actor_id who, std::uint32_t) { takes_part |= who == k; });
    if (!takes_part) return false;
  }
  return true;
}

bool configuration::has_pending(actor_id who) const {
  const life& l = lives_[who];
  return positions_[who] < l.announced &&
         (l.parent == no_actor || positions_[l.parent] >= l.parent_position);
}

bool configuration::is_constant(actor_id who, std::uint32_t position) const {
  const std::span<const operation> offers = trace_->offers_at(who, position);
  access always;
  return offers.size() == 1 && touches_always(offers.front(), always) &&
         trace_->guards_at(who, position).empty();
}

bool configuration::is_only_action(actor_id who, std::uint32_t e) const {
  const event& ev = trace_->events[e];
  return ev.what.who == who && is_single(trace_->offers_at(who, ev.position));
}

bool configuration::in_place(const placed_action& a) const {
  if (!has_pending(a.what.who) || positions_[a.what.who] != a.position) return false;
  return a.what.partner == no_actor ||
         (has_pending(a.what.partner) && positions_[a.what.partner] == a.partner_position);
}

// Whether a spinning goroutine would see something changed.
bool configuration::guard_released(actor_id who, std::uint32_t position) const {
  return explore::guard_released(*trace_, *order_, who, position,
                                 [&](std::uint32_t d) { return contains(d); });
}

void configuration::fold_object(object_id o) {
  for (std::uint32_t e : order_->events_on(o))
    if (contains(e)) relevant_.push_back(e);
}

// Makes folded_ hold the states of the objects that are offered.
void configuration::fold(std::span<const operation> offers) {
  relevant_.clear();
  if (of_time(offers.front().kind)) {
    for (std::uint32_t e = 0; e < order_->length(); ++e)
      if (contains(e)) relevant_.push_back(e);
  } else {
    for (const operation& op : offers)
      if (op.object != 0) fold_object(op.object);
    if (offers.size() > 1) {
      std::ranges::sort(relevant_);
      relevant_.erase(std::unique(relevant_.begin(), relevant_.end()), relevant_.end());
    }
  }
  folded_.reset(trace_->idle_time);
  const auto meet = [&](const operation& op) {
    if (!folded_.meet(op) || op.object >= trace_->initial_bits.size()) return;
    folded_.set_bits(op.object, trace_->initial_bits[op.object]);
  };
  for (const operation& op : offers) meet(op);
  for (std::uint32_t e : relevant_) {
    const event& ev = trace_->events[e];
    meet(ev.op);
    folded_.apply(ev.what, ev.op, ev.bits);
  }
}

bool configuration::is_locked(object_id mutex) const {
  const std::span<const std::uint32_t> on = order_->events_on(mutex);
  for (std::size_t i = on.size(); i-- > 0;) {
    const operation& op = trace_->events[on[i]].op;
    if (!contains(on[i]) || (op.object != mutex && op.second != mutex)) continue;  // a guard's read
    const op_kind last = op.kind;
    return last == op_kind::lock || last == op_kind::try_lock;
  }
  return false;
}

bool configuration::able(const placed_action& a) const {
  return a.op->kind == op_kind::otherwise ? folded_.otherwise_enabled(a.offers)
                                          : folded_.enabled(a.what, *a.op);
}

bool configuration::enabled(const placed_action& a, access_list& touches) {
  const bool alone = a.what.partner == no_actor;
  if (alone && !guard_released(a.what.who, a.position)) return false;
  access always;
  if (touches_always(*a.op, always)) {
    touches.assign(1, always);
  } else if (a.op->kind == op_kind::lock && a.offers.size() == 1) {
    if (is_locked(a.op->object)) return false;
    touches.assign(1, {a.op->object, access_kind::lock, 0});
  } else {
    fold(a.op->kind == op_kind::otherwise ? a.offers : std::span(a.op, 1));
    if (!able(a)) return false;
    folded_.touches(a.what, *a.op, a.offers, touches);
  }
  if (alone)
    for (const guard& g : trace_->guards_at(a.what.who, a.position))
      touches.push_back(g.look());
  return true;
}

bool configuration::each_pair(placed_action a, op_kind partner_kind, visitor visit) {
  for (const actor_info& other : trace_->actors) {
    if (other.id == no_actor || other.id == a.what.who || other.kind != actor_kind::goroutine ||
        !has_pending(other.id))
      continue;
    const std::uint32_t r = positions_[other.id];
    for (const operation& op : trace_->offers_at(other.id, r)) {
      if (op.kind != partner_kind || op.object != a.op->object) continue;
      a.what.partner = other.id;
      a.what.partner_branch = op.branch;
      a.partner_position = r;
      if (visit(a)) return true;
    }
  }
  return false;
}

bool configuration::each_action(actor_id who, visitor visit) {
  if (!has_pending(who)) return false;
  placed_action a;
  a.position = positions_[who];
  a.offers = trace_->offers_at(who, a.position);
  return each_offered(a, who, visit, [&](const placed_action& half, op_kind partner_kind) {
    return each_pair(half, partner_kind, visit);
  });
}

}  // namespace heddle::explore
