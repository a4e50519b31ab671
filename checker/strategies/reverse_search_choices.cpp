// Reverse search: what could have been done in an execution, and before which of its events.
#include "reverse_search.hpp"

#include <algorithm>

#include "dependence.hpp"
#include "offers.hpp"

namespace heddle::explore {

// What follows from the events that the trace before did not have.
void reverse_search::look_at_new_events() {
  marked_ = std::min(marked_, static_cast<std::uint32_t>(common_));
  marks_.resize(std::max<std::size_t>(marks_.size(), events_));
  adjacent_.resize(marked_ == 0 ? 0 : marks_[marked_ - 1].adjacent_end);
  variable_.resize(marked_ == 0 ? 0 : marks_[marked_ - 1].variable_end);
  for (; marked_ < events_; ++marked_) {
    const event& ev = trace_->events[marked_];
    if (is_always_possible(ev.what.who, ev.position)) {
      find_adjacent(marked_);
    } else {
      variable_.push_back({ev.what.who, ev.position});
      if (ev.what.partner != no_actor) variable_.push_back({ev.what.partner, ev.partner_position});
      for (const participant& p : trace_->others_of(ev)) variable_.push_back({p.who, p.position});
    }
    marks_[marked_] = {adjacent_.size(), variable_.size(),
                       config_.is_constant(ev.what.who, ev.position)};
  }
}

bool reverse_search::is_always_possible(actor_id who, std::uint32_t position) const {
  const std::span<const operation> offers = trace_->offers_at(who, position);
  return offers.size() == 1 && offers.front().kind != op_kind::choose &&
         offers.front().kind != op_kind::pause &&
         never_blocks(offers.front().kind) && trace_->guards_at(who, position).empty();
}

// Whatever somebody's announcements allow, and the events that it may be done before.
void reverse_search::find_choices() {
  choices_.clear();
  possible_.clear();
  reorderings_.clear();
  find_reversible();
  const auto reversible = static_cast<std::uint32_t>(choices_.size());
  for (const place_in_trace& p : variable_) find_choices_at(p.who, p.position);
  for (const actor_info& info : trace_->actors) {
    if (info.id == no_actor || info.born > events_) continue;
    const std::uint32_t next = order_.positions(info.id);
    if (next < info.announced.size() && !is_always_possible(info.id, next))
      find_choices_at(info.id, next);
  }
  for (std::uint32_t i = reversible; i < choices_.size(); ++i) find_conflicting(i);
  std::ranges::sort(reorderings_, [](const reordering& x, const reordering& y) {
    return x.b != y.b ? x.b < y.b : x.choice < y.choice;
  });
}

// What is always possible can be done before the events that it directly comes after.
void reverse_search::find_reversible() {
  std::size_t i = 0;
  for (std::uint32_t e = 0; e < events_; ++e) {
    bool chosen = false;
    for (; i < marks_[e].adjacent_end; ++i) {
      const place_state place = place_of(adjacent_[i]);
      if (place == place_state::no) continue;
      if (marks_[e].constant) {
        reorderings_.push_back({adjacent_[i], constant_event | e});
        continue;
      }
      if (place == place_state::latest_only) continue;
      if (!chosen) add_reversible(e);
      chosen = true;
      reorderings_.push_back({adjacent_[i], static_cast<std::uint32_t>(choices_.size()) - 1});
    }
  }
}

placed_action reverse_search::placed(std::uint32_t e) const {
  const event& ev = trace_->events[e];
  const std::span<const operation> offers = trace_->offers_at(ev.what.who, ev.position);
  return {ev.what, &offers.front(), offers, ev.position, 0};
}

void reverse_search::add_reversible(std::uint32_t e) {
  choice& c = choices_.emplace_back();
  c.a = placed(e);
  c.performed = e;
  c.never_blocks = true;
  c.first_access = static_cast<std::uint32_t>(possible_.size());
  add_possible(c.a);
  c.access_count = static_cast<std::uint32_t>(possible_.size()) - c.first_access;
}

void reverse_search::find_choices_at(actor_id who, std::uint32_t position) {
  placed_action a;
  a.position = position;
  a.offers = trace_->offers_at(who, position);
  const std::uint32_t own = order_.event_at(who, position);
  const bool idle = own != happens_before::none && trace_->events[own].when_idle;
  each_offered(
      a, who,
      [&](const placed_action& alone) {
        const bool waits = alone.op->kind == op_kind::clock_advance && trace_->idle_time;
        if (!idle && !waits) add_choice(alone);
        return false;
      },
      [&](const placed_action& half, op_kind partner_kind) {
        find_pairs(half, partner_kind);
        return false;
      });
}

// With every position of another actor that is concurrent and offers the other half.
void reverse_search::find_pairs(placed_action a, op_kind partner_kind) {
  const clock_row mine = order_.clock_at(a.what.who, a.position);
  for (const actor_info& other : trace_->actors) {
    if (other.id == no_actor || other.id == a.what.who || other.kind != actor_kind::goroutine ||
        other.born > events_)
      continue;
    for (std::uint32_t r = mine[other.id]; r < other.announced.size(); ++r) {
      if (r > 0 && order_.event_at(other.id, r - 1) == happens_before::none) break;
      if (order_.clock_at(other.id, r)[a.what.who] > a.position) break;
      for (const operation& theirs : trace_->offers_at(other.id, r)) {
        if (theirs.kind != partner_kind || theirs.object != a.op->object) continue;
        a.what.partner = other.id;
        a.what.partner_branch = theirs.branch;
        a.partner_position = r;
        add_choice(a);
      }
    }
  }
}

void reverse_search::add_choice(const placed_action& a) {
  choice c;
  c.a = a;
  const std::uint32_t e = order_.event_at(a.what.who, a.position);
  if (e != happens_before::none && trace_->events[e].what == a.what &&
      trace_->events[e].partner_position == a.partner_position)
    c.performed = e;
  c.undoes_latest = a.op->kind == op_kind::lock && a.offers.size() == 1 &&
                    trace_->guards_at(a.what.who, a.position).empty();
  c.first_access = static_cast<std::uint32_t>(possible_.size());
  add_possible(a);
  c.access_count = static_cast<std::uint32_t>(possible_.size()) - c.first_access;
  choices_.push_back(c);
}

// What an action touches at most.
void reverse_search::add_possible(const placed_action& a) {
  access always;
  if (a.op->kind == op_kind::send || a.op->kind == op_kind::recv) {
    possible_.push_back(
        {a.op->object, a.op->value > 0 ? access_kind::exclusive : access_kind::poll_open, 0});
    if (a.op->second != 0) possible_.push_back({clock_object, access_kind::timer, a.op->second});
  } else if (a.op->kind == op_kind::timer_fire && a.op->second != 0) {
    possible_.push_back({clock_object, access_kind::timer, a.op->object});
    possible_.push_back({a.op->second, access_kind::exclusive, 0});  // whichever message it sends
  } else if (a.op->kind == op_kind::lock) {
    possible_.push_back({a.op->object, access_kind::lock, 0});
  } else if (touches_always(*a.op, always)) {
    possible_.push_back(always);
  } else {
    fresh_.reset(trace_->idle_time);
    for (const operation& op : a.offers) fresh_.meet(op);
    fresh_.touches(a.what, *a.op, a.offers, other_touches_);
    if (a.op->kind == op_kind::atomic_compare) other_touches_[0].kind = access_kind::write;
    possible_.insert(possible_.end(), other_touches_.begin(), other_touches_.end());
  }
  if (a.what.partner != no_actor) return;
  for (const guard& g : trace_->guards_at(a.what.who, a.position))
    possible_.push_back(g.look());
}

// The past that an action needs, into past_. False if its positions exclude each other.
bool reverse_search::place(const placed_action& a) {
  const clock_row mine = order_.clock_at(a.what.who, a.position);
  std::ranges::copy(mine, past_.begin());
  if (a.what.partner == no_actor) return true;
  const clock_row theirs = order_.clock_at(a.what.partner, a.partner_position);
  for (std::size_t i = 0; i < past_.size(); ++i) past_[i] = std::max(past_[i], theirs[i]);
  return past_[a.what.who] == a.position && past_[a.what.partner] == a.partner_position;
}

// The events that an event directly comes after, not by its actor's own doing.
void reverse_search::find_adjacent(std::uint32_t e) {
  const event& ev = trace_->events[e];
  const std::span<const access> mine = trace_->touches(ev);
  if (mine.size() == 1 && mine[0].kind != access_kind::everything && ev.what.partner == no_actor &&
      trace_->others_of(ev).empty() && order_.events_on(everything_object).empty()) {
    const std::span<const std::uint32_t> direct = order_.depends_on(e);
    adjacent_.insert(adjacent_.end(), direct.begin(), direct.end());
    return;
  }
  past_.assign(order_.actors(), 0);
  std::ranges::copy(order_.clock_at(ev.what.who, ev.position), past_.begin());
  for (std::uint32_t d = e; d-- > 0;) {
    if (order_.in_past(d, past_) || !dependent(trace_->touches(trace_->events[d]), mine)) continue;
    adjacent_.push_back(d);
    const clock_row row = order_.clock(d);
    for (std::size_t k = 0; k < past_.size(); ++k) past_[k] = std::max(past_[k], row[k]);
  }
}

bool reverse_search::is_place(std::uint32_t b, const choice& c) {
  const place_state place = place_of(b);
  return place == place_state::yes || (place == place_state::latest_only && c.undoes_latest);
}

void reverse_search::find_conflicting(std::uint32_t index) {
  const choice& c = choices_[index];
  if (!place(c.a)) return;
  const std::size_t first = reorderings_.size();
  const std::uint32_t end = std::min(c.performed, events_);
  const std::span<const access> mine = std::span(possible_).subspan(c.first_access, c.access_count);
  const auto look = [&](object_id o) {
    std::uint32_t before = happens_before::none;
    for (std::uint32_t d : order_.events_on(o)) {
      if (d >= end) break;
      const event& ev = trace_->events[d];
      const bool held = before != happens_before::none && ev.op.kind == op_kind::unlock &&
                        trace_->events[before].op.kind == op_kind::lock &&
                        trace_->events[before].what.who == ev.what.who;
      before = d;
      if (held && c.a.op->kind == op_kind::lock) continue;  // not before who holds it lets go
      if (ev.when_idle || order_.in_past(d, past_) || !dependent(trace_->touches(ev), mine) ||
          !is_place(d, c))
        continue;
      reorderings_.push_back({d, index});
    }
  };
  for (const access& a : mine) look(a.object);
  look(everything_object);
  const auto instead = [&](actor_id who, std::uint32_t position) {
    const std::uint32_t e = order_.event_at(who, position);
    if (e < end && !order_.in_past(e, past_) && is_place(e, c))
      reorderings_.push_back({e, index});
  };
  instead(c.a.what.who, c.a.position);
  if (c.a.what.partner != no_actor) instead(c.a.what.partner, c.a.partner_position);
  const auto from = reorderings_.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(from, reorderings_.end(), [](const reordering& x, const reordering& y) { return x.b < y.b; });
  reorderings_.erase(std::unique(from, reorderings_.end(),
                                 [](const reordering& x, const reordering& y) { return x.b == y.b; }),
                     reorderings_.end());
}

}  // namespace heddle::explore
