#include "reversals.hpp"

#include <algorithm>

#include "dependence.hpp"
#include "guards.hpp"

namespace heddle::explore {

namespace {

// Operations that can always be performed and touch the same whatever came before.
bool constant(op_kind k) {
  return k == op_kind::atomic_load || k == op_kind::atomic_store || k == op_kind::atomic_update;
}

}  // namespace

// Whether every two events on the object are ordered, so that what a removed event leaves behind
// is always a beginning of the object's history.
bool reversal_finder::totally_ordered(op_kind k) {
  return k == op_kind::lock || k == op_kind::once_begin || k == op_kind::cond_signal;
}

void reversal_finder::look_at(const trace& t, const happens_before& order) {
  trace_ = &t;
  order_ = &order;
  base_.assign(order.actors(), 0);
  const auto length = static_cast<std::uint32_t>(order.length());
  const bool stopped = t.ended == ending::stopped && length > 0 && length == t.events.size();
  stopping_ = stopped ? length - 1 : happens_before::none;
}

reversal_finder::candidate reversal_finder::candidate_of(std::uint32_t e) const {
  const event& ev = trace_->events[e];
  return {ev.what,
          &ev.op,
          trace_->offers_at(ev.what.who, ev.position),
          ev.position,
          ev.partner_position,
          e};
}

// What the event was done after, it is done before, where that is possible: each adjacent race.
// Where taking the nearest event away does not make it possible (a lock that is taken before the
// unlock that freed it), the ones before it are tried.
void reversal_finder::reverse(std::uint32_t e, std::vector<std::uint32_t>& unsettled,
                              found report) {
  const event& ev = trace_->events[e];
  if (ev.when_idle) return;
  report_ = report;
  const candidate c = candidate_of(e);
  place_candidate(c);
  if (never_blocks(ev.op.kind) && ev.access_count == 1 &&
      trace_->touches(ev).front().kind != access_kind::everything &&
      order_->events_on(everything_object).empty())
    return reverse_adjacent(c, unsettled);
  collect_conflicts(trace_->touches(ev), e);
  if (conflicts_.empty()) return;
  covered_.assign(base_.begin(), base_.end());
  const bool always = never_blocks(ev.op.kind);
  tried_.assign(conflicts_.begin(), conflicts_.end());
  for (std::size_t i = tried_.size(); i-- > 0;) {
    const std::uint32_t d = tried_[i];
    if (always && !cover(d)) continue;
    removed_.assign(1, d);
    const attempt result = try_removing(c);
    const bool total = totally_ordered(ev.op.kind);
    if (result == attempt::unsettled || (result == attempt::impossible && !always && !total))
      unsettled.push_back(d);
    if (result != attempt::impossible && total) return;
  }
}

// Adds an event and its past to what is covered. False: it was in there, so that there is no
// adjacent race with it.
bool reversal_finder::cover(std::uint32_t d) {
  if (order_->in_past(d, covered_)) return false;
  const clock_row row = order_->clock(d);
  for (std::size_t k = 0; k < covered_.size(); ++k) covered_[k] = std::max(covered_[k], row[k]);
  return true;
}

// The same for what never blocks and touches one object: the events on it, from the last one back
// to one that comes after all others on it.
void reversal_finder::reverse_adjacent(const candidate& c, std::vector<std::uint32_t>& unsettled) {
  const access& mine = trace_->touches(trace_->events[c.performed]).front();
  covered_.assign(base_.begin(), base_.end());
  const std::span<const std::uint32_t> on = order_->events_on(mine.object);
  auto i = static_cast<std::size_t>(std::ranges::lower_bound(on, c.performed) - on.begin());
  while (i-- > 0) {
    const std::uint32_t d = on[i];
    bool races = false;
    bool barrier = false;
    for (const access& theirs : trace_->touches(trace_->events[d])) {
      races = races || dependent(mine, theirs);
      barrier = barrier || (theirs.object == mine.object && orders_everything(theirs.kind));
    }
    if (races && cover(d)) {
      removed_.assign(1, d);
      if (try_removing(c) == attempt::unsettled) unsettled.push_back(d);
    }
    if (barrier) return;
  }
}

void reversal_finder::reverse_again(std::uint32_t e, std::vector<std::uint32_t>& unsettled,
                                    found report) {
  report_ = report;
  const candidate c = candidate_of(e);
  place_candidate(c);
  std::erase_if(unsettled, [&](std::uint32_t d) {
    removed_.assign(1, d);
    return try_removing(c) == attempt::settled;
  });
}

// Computes the past that the candidate needs. False if its positions exclude each other.
bool reversal_finder::place_candidate(const candidate& c) {
  const clock_row mine = order_->clock_at(c.what.who, c.position);
  std::ranges::copy(mine, base_.begin());
  if (c.what.partner == no_actor) return true;
  const clock_row theirs = order_->clock_at(c.what.partner, c.partner_position);
  for (std::size_t i = 0; i < base_.size(); ++i) base_[i] = std::max(base_[i], theirs[i]);
  return base_[c.what.who] == c.position && base_[c.what.partner] == c.partner_position;
}

// Fills conflicts_: the events before `before` that are dependent with the accesses and not in
// base_, in order. What happened since nothing else could is not among them: what may come before
// that may come before something else that went before it.
void reversal_finder::collect_conflicts(std::span<const access> mine, std::uint32_t before) {
  conflicts_.clear();
  const auto add = [&](std::uint32_t d, const access& a) {
    if (order_->in_past(d, base_) || trace_->events[d].when_idle) return;
    const std::span<const access> theirs = trace_->touches(trace_->events[d]);
    if (std::ranges::any_of(theirs, [&](const access& b) { return dependent(a, b); }))
      conflicts_.push_back(d);
  };
  for (const access& a : mine) {
    if (a.kind == access_kind::everything) {
      for (std::uint32_t d = 0; d < before && d < order_->length(); ++d) add(d, a);
      continue;
    }
    for (object_id o : {a.object, everything_object})
      for (std::uint32_t d : order_->events_on(o)) {
        if (d >= before) break;
        add(d, a);
      }
  }
  if (mine.size() > 1) {
    std::ranges::sort(conflicts_);
    conflicts_.erase(std::unique(conflicts_.begin(), conflicts_.end()), conflicts_.end());
  }
}

// Of the removed events of one actor the first decides: the others come after it.
void reversal_finder::note_removed() {
  cut_actors_.clear();
  for (std::uint32_t r : removed_) {
    const event& ev = trace_->events[r];
    const auto known = std::ranges::find(cut_actors_, ev.what.who, &cut_actor::who);
    if (known == cut_actors_.end())
      cut_actors_.push_back({ev.what.who, ev.position});
    else
      known->from = std::min(known->from, ev.position);
  }
}

bool reversal_finder::removed_by(std::uint32_t e) const {
  if (e == stopping_) return true;
  const clock_row past = order_->clock(e);
  return std::ranges::any_of(cut_actors_,
                             [&](const cut_actor& cut) { return past[cut.who] > cut.from; });
}

// Performs in folded_ the kept events that matter to the candidate.
void reversal_finder::fold_events(const candidate& c) {
  const bool timing = c.op->kind == op_kind::timer_fire || c.op->kind == op_kind::clock_advance;
  relevant_.clear();
  if (timing) {
    for (std::uint32_t e = 0; e < order_->length(); ++e) relevant_.push_back(e);
  } else {
    const auto add = [&](object_id o) {
      const std::span<const std::uint32_t> on = order_->events_on(o);
      relevant_.insert(relevant_.end(), on.begin(), on.end());
    };
    if (c.op->kind != op_kind::otherwise) {
      add(c.op->object);
    } else {
      for (const operation& op : c.offers)
        if (op.object != 0) add(op.object);
      std::ranges::sort(relevant_);
      relevant_.erase(std::unique(relevant_.begin(), relevant_.end()), relevant_.end());
    }
  }
  folded_.reset();
  const auto meet = [&](const operation& op) {
    if (!folded_.meet(op) || op.object >= trace_->initial_bits.size()) return;
    folded_.set_bits(op.object, trace_->initial_bits[op.object]);
  };
  for (const operation& op : c.offers) meet(op);
  for (std::uint32_t e : relevant_) {
    if (removed_by(e)) continue;
    const event& ev = trace_->events[e];
    meet(ev.op);
    folded_.apply(ev.what, ev.op, ev.bits);
  }
}

// Whether a spinning goroutine would see something changed by the kept events.
bool reversal_finder::guard_released(actor_id who, std::uint32_t position) const {
  return explore::guard_released(*trace_, *order_, who, position,
                                 [&](std::uint32_t d) { return !removed_by(d); });
}

// Whether the candidate can be performed after the kept events; finds out what it would touch.
bool reversal_finder::fold(const candidate& c) {
  note_removed();
  if (c.what.partner == no_actor && !guard_released(c.what.who, c.position)) return false;
  if (constant(c.op->kind)) {
    folded_.touches(c.what, *c.op, c.offers, touches_);
    return true;
  }
  fold_events(c);
  const bool able = c.op->kind == op_kind::otherwise ? folded_.otherwise_enabled(c.offers)
                                                     : folded_.enabled(c.what, *c.op);
  if (able) folded_.touches(c.what, *c.op, c.offers, touches_);
  return able;
}

reversal_finder::attempt reversal_finder::try_removing(const candidate& c) {
  time_.look();
  if (!fold(c)) return attempt::impossible;
  if (c.what.partner == no_actor)
    for (const guard& g : trace_->guards_at(c.what.who, c.position))
      touches_.push_back(g.look());
  reversal r;
  r.at = *std::ranges::min_element(removed_);
  kept_.clear();
  for (std::uint32_t e = r.at + 1; e < order_->length(); ++e)
    if (!removed_by(e)) kept_.push_back(e);
  r.kept = kept_;
  r.last = c.what;
  r.position = c.position;
  r.touches = touches_;
  if (c.performed != happens_before::none) {
    r.performed = c.performed;
    r.as_performed = std::ranges::equal(touches_, trace_->touches(trace_->events[c.performed]));
  }
  return report_(r) ? attempt::settled : attempt::unsettled;
}

}  // namespace heddle::explore
