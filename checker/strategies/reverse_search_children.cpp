// Reverse search: the children of a trace.
#include "reverse_search.hpp"

#include <algorithm>
#include <utility>

#include "dependence.hpp"

namespace heddle::explore {

void reverse_search::find_children(const trace& t) {
  trace_ = &t;
  rank(t);
  // What a fair continuation did beyond the step bound was nobody's choice.
  events_ = static_cast<std::uint32_t>(std::min(t.events.size(), depth_));
  analyse(t, events_);
  concurrent_.look_at(order_, static_cast<std::uint32_t>(std::min<std::size_t>(common_, events_)));
  config_.look_at(t, order_);
  settled_from_ = events_;
  while (settled_from_ > 0 && path_[settled_from_ - 1].least) --settled_from_;
  if (levels_used_ == levels_.size()) levels_.emplace_back();
  into_ = &levels_[levels_used_];
  into_->path.clear();
  into_->kept.clear();
  into_->children.clear();
  look_at_new_events();
  past_.assign(order_.actors(), 0);
  places_.assign(events_, place_state::unknown);
  tries_ = 0;
  find_choices();
  for (const reordering& r : reorderings_) {
    if ((r.choice & constant_event) != 0)
      consider_constant(r.b, r.choice & ~constant_event);
    else
      consider(r.b, choices_[r.choice]);
  }
  if (into_->children.empty()) return;
  into_->path.resize(events_);
  for (std::uint32_t e = 0; e < events_; ++e) into_->path[e] = path_[e].chosen;
  into_->shared = events_;
  left_ += into_->children.size();
  ++levels_used_;
}

// Whether something may be done before event b, as far as the events alone tell.
reverse_search::place_state reverse_search::place_of(std::uint32_t b) {
  place_state& known = places_[b];
  if (known != place_state::unknown) return known;
  if (!can_reach_core(b)) return known = place_state::no;
  return known = can_wake_all_skipped(b) ? place_state::yes : place_state::latest_only;
}

// Whether more than b and the next event can be left when b is performed, or need not; see
// reaches_core(): not if all that follows comes after the next event, and that after b.
bool reverse_search::can_reach_core(std::uint32_t b) {
  return b + 2 >= settled_from_ || !order_.ordered(b, b + 1) || concurrent_.has_beside(b + 1);
}

// Whether an event that does not come after b_ comes after something else that is left out.
bool reverse_search::removed(std::uint32_t e) const {
  return std::ranges::any_of(left_after_, [&](std::uint32_t x) { return order_.ordered(x, e); });
}

bool reverse_search::may_depend(std::uint32_t e) const {
  return dependent(std::span(possible_).subspan(c_->first_access, c_->access_count),
                   trace_->touches(trace_->events[e]));
}

// Tries to perform the choice where event b was, b not yet performed.
void reverse_search::consider(std::uint32_t b, const choice& c) {
  time_.look();
  b_ = b;
  b_step_ = path_[b].chosen;
  c_ = &c;
  a_ = c.a;
  if (!place(a_)) return;
  left_after_.clear();
  undecided_.clear();
  needed_ = b_;
  if (!place_instead()) return;
  find_undecided();
  consider_without(0);
}

// Tries to perform event e, which directly follows event b, where that was.
void reverse_search::consider_constant(std::uint32_t b, std::uint32_t e) {
  time_.look();
  b_ = b;
  b_step_ = path_[b].chosen;
  constant_.performed = e;
  c_ = &constant_;
  a_.what = path_[e].again.what;
  left_after_.assign(1, e);
  needed_ = b;
  find_needed();
  if (!choose_kept() || !reaches_core()) return;
  a_ = placed(e);
  try_child();
}

// What the candidate's participants did instead is left out. False if it comes before b_.
bool reverse_search::place_instead() {
  const auto instead = [&](actor_id who, std::uint32_t position) {
    const std::uint32_t e = order_.event_at(who, position);
    if (e < b_) return false;
    if (e != happens_before::none && e != b_) left_after_.push_back(e);
    return true;
  };
  if (!instead(a_.what.who, a_.position)) return false;
  return a_.what.partner == no_actor || instead(a_.what.partner, a_.partner_position);
}

// For a candidate that followed b_ directly: what was done beside b_ comes before it if need be.
void reverse_search::find_needed() {
  concurrent_.any_beside_from_last(b_, c_->performed, [&](std::uint32_t e) {
    if (!order_.ordered(e, c_->performed)) return false;
    needed_ = e;
    return true;
  });
}

void reverse_search::find_undecided() {
  if (c_->access_count == 1 && order_.events_on(everything_object).empty()) {
    for (std::size_t k = 0; k < past_.size(); ++k)
      if (past_[k] > 0)
        needed_ = std::max(needed_, order_.event_at(static_cast<actor_id>(k), past_[k] - 1));
    if (c_->never_blocks) find_needed();
    const std::span<const std::uint32_t> on = order_.events_on(possible_[c_->first_access].object);
    for (auto i = std::ranges::upper_bound(on, b_); i != on.end(); ++i) decide(*i);
  } else {
    for (std::uint32_t e = b_ + 1; e < events_; ++e) decide(e);
  }
}

// Whether event e has to come before the candidate, or may.
void reverse_search::decide(std::uint32_t e) {
  if (order_.in_past(e, past_)) {
    needed_ = std::max(needed_, e);
  } else if (!order_.ordered(b_, e) && !removed(e)) {
    if (c_->never_blocks && order_.ordered(e, c_->performed))
      needed_ = std::max(needed_, e);
    else if (may_depend(e))
      undecided_.push_back(e);
  }
}

// Whether a wait group's counter can come to nothing, whatever is left out of what is undecided.
bool reverse_search::can_end_wait(std::size_t undecided) const {
  if (std::ranges::count(panicking_groups_, a_.op->object) > 0) return true;  // no plain sum
  std::int64_t least = 0;
  std::int64_t most = 0;
  const auto count = [&](std::uint32_t e, bool certain) {
    const event& ev = trace_->events[e];
    if (ev.op.kind != op_kind::group_add) return;
    const auto delta = static_cast<std::int64_t>(ev.op.value);
    if (certain || delta < 0) least += delta;
    if (certain || delta > 0) most += delta;
  };
  for (std::uint32_t e : order_.events_on(a_.op->object)) {
    if (e >= b_ && (order_.ordered(b_, e) || removed(e))) continue;
    count(e, e < b_ || std::find(undecided_.begin() + static_cast<std::ptrdiff_t>(undecided),
                                 undecided_.end(), e) == undecided_.end());
  }
  return least <= 0 && most >= 0;
}

// Each way to let the undecided events come before the candidate or after it.
void reverse_search::consider_without(std::size_t i) {
  if (gave_up()) return;
  while (i < undecided_.size() && removed(undecided_[i])) ++i;
  if (a_.op->kind == op_kind::group_wait && !can_end_wait(i)) return;
  if (i == undecided_.size()) {
    time_.look();
    ++tries_;
    if (choose_kept() && reaches_core()) try_child();
    return;
  }
  const std::uint32_t needed = std::exchange(needed_, std::max(needed_, undecided_[i]));
  consider_without(i + 1);
  needed_ = needed;
  left_after_.push_back(undecided_[i]);
  consider_without(i + 1);
  left_after_.pop_back();
}

// The events that come before the candidate in the normal form.
bool reverse_search::choose_kept() {
  kept_.clear();
  bool possible = true;
  concurrent_.any_beside(b_, [&](std::uint32_t e) {
    if (removed(e)) {
      possible = c_->constant || !order_.in_past(e, past_);
      return !possible;
    }
    if (e > needed_ && less(a_.what, path_[e].again.what)) return true;
    kept_.push_back(e);
    return false;
  });
  return possible;
}

// The trace goes by default from b_ and what the candidate's owner did after it. If no event is
// missing among these and those before them, it goes on with the next one, no departure.
bool reverse_search::reaches_core() const {
  const auto next = static_cast<std::uint32_t>(b_ + kept_.size() + 1);
  if (!kept_.empty() && kept_.back() + 1 != next) return true;
  if (c_->performed != happens_before::none && c_->performed > next) return true;
  return next + (c_->performed == next ? 1 : 0) >= settled_from_;
}

// Whether what is skipped at event b could be woken by events that do not come after it.
bool reverse_search::can_wake_all_skipped(std::uint32_t b) {
  return std::ranges::all_of(skipped_at(b), [&](const skipped_step& z) {
    return concurrent_.any_beside(
        b, [&](std::uint32_t e) { return steps_.dependent(z.what, path_[e].chosen); });
  });
}

// Whether all that is skipped before b_ is woken before the candidate, or by it if b_ is what was
// skipped last.
bool reverse_search::wakes_all_skipped() {
  woken_by_a_.clear();
  return std::ranges::all_of(skipped_at(b_), [&](const skipped_step& z) {
    for (std::uint32_t e : kept_)
      if (steps_.dependent(z.what, path_[e].chosen)) return true;
    if (!c_->undoes_latest || z.what == a_step_ || !steps_.dependent(z.what, a_step_)) return false;
    woken_by_a_.push_back(z.what);
    return true;
  });
}

// Whether the trace, which performs the candidate, skips something later than b_ until then, that
// the child would skip as well.
bool reverse_search::skips_later() const {
  if (!c_->constant) return false;
  const std::span<const skipped_step> until = skipped_at(c_->performed);
  if (until.empty() || until.back().since <= b_) return false;
  const skipped_step& z = until.back();
  const actor_id who = steps_.what(z.what).who;
  return config_.is_constant(who, z.position) && std::ranges::binary_search(kept_, z.since) &&
         !order_.in_past(b_, order_.clock_at(who, z.position)) &&
         std::ranges::none_of(skipped_at(b_),
                              [&](const skipped_step& s) { return s.what == z.what; });
}

// Whether a step that is possible after the kept events was passed over for one of them, or for
// the candidate. REQUIRES: if it was skipped before b_, one of them woke it.
bool reverse_search::was_skipped(step_id z, const placed_action& at) const {
  const auto leads_to = [&](std::uint32_t e) {
    return order_.in_past(e, order_.clock_at(at.what.who, at.position)) ||
           (at.what.partner != no_actor &&
            order_.in_past(e, order_.clock_at(at.what.partner, at.partner_position)));
  };
  auto& steps = const_cast<step_table&>(steps_);
  if (z != a_step_ && less(steps.what(z), a_.what)) return true;
  for (std::size_t i = kept_.size(); i-- > 0;) {
    const step_id k = path_[kept_[i]].chosen;
    if (steps.dependent(z, k) || leads_to(kept_[i])) return false;
    if (less(steps.what(z), steps.what(k))) return true;
  }
  return false;
}

bool reverse_search::skips_nothing_else() {
  std::uint32_t most = rank_[a_.what.who];
  for (std::uint32_t e : kept_) most = std::max(most, rank_[path_[e].again.what.who]);
  for (actor_id who : by_rank_) {
    if (rank_[who] > most) break;
    if (who == a_.what.who || who == a_.what.partner || !config_.has_pending(who)) continue;
    const std::uint32_t own = order_.event_at(who, config_.position(who));
    if (own != happens_before::none && marks_[own].constant) {
      if (skips(path_[own].chosen, {path_[own].again.what, nullptr, {}, config_.position(who), 0}))
        return false;
      continue;
    }
    const bool found = config_.each_action(who, [&](const placed_action& z) {
      if (z.what.partner == a_.what.who) return false;
      if (z.what.partner != no_actor && z.what.partner == a_.what.partner) return false;
      return config_.enabled(z, other_touches_) && skips(steps_.intern(z.what, other_touches_), z);
    });
    if (found) return false;
  }
  return true;
}

// Whether a step other than b_'s that is possible after the kept events would be skipped there
// although it should not.
bool reverse_search::skips(step_id z, const placed_action& at) {
  if (z == b_step_ || std::ranges::count(woken_by_a_, z) > 0) return false;
  if (!c_->undoes_latest && steps_.dependent(z, a_step_)) return false;
  return was_skipped(z, at);
}

// The least action that is possible in the configuration, and whether it is what the trace has.
std::uint32_t reverse_search::least_event() {
  for (actor_id who : by_rank_) {
    if (!config_.has_pending(who)) continue;
    const std::uint32_t e = order_.event_at(who, config_.position(who));
    const bool is_next = e != happens_before::none && config_.is_next(e);
    if (is_next && (trace_->events[e].when_idle || config_.is_only_action(who, e))) return e;
    if (!is_next && e != happens_before::none && marks_[e].constant) return happens_before::none;
    bool found = false;
    action best;
    config_.each_action(who, [&](const placed_action& z) {
      if (found && !less(z.what, best)) return false;
      // In idle time the clock goes on only now that nothing else can.
      const bool possible = (trace_->idle_time && who == clock_actor) ||
                            config_.enabled(z, other_touches_);
      if (!possible) return false;
      found = true;
      best = z.what;
      return false;
    });
    if (found) return is_next && trace_->events[e].what == best ? e : happens_before::none;
  }
  return happens_before::none;
}

// Whether the trace follows by default from the configuration, whose last event is at most `upto`.
bool reverse_search::leads_here(std::uint32_t upto) {
  std::uint32_t low = b_;
  for (;;) {
    while (low < events_ && config_.contains(low)) ++low;
    if (low > upto || low == events_) return low >= settled_from_;
    const std::uint32_t e = least_event();
    if (e == happens_before::none) return false;
    config_.add(e);
    upto = std::max(upto, e);
  }
}

bool reverse_search::possible_after_b() {
  return config_.in_place(a_) && config_.enabled(a_, other_touches_);
}

// The candidate's step, if it is possible after the kept events.
bool reverse_search::perform_candidate() {
  config_.begin(b_);
  for (std::uint32_t e : kept_) config_.add(e);
  if (!config_.in_place(a_)) return false;
  if (c_->constant) return true;
  if (!config_.enabled(a_, touches_)) return false;
  a_step_ = steps_.intern(a_.what, touches_);
  return steps_.dependent(a_step_, b_step_);
}

void reverse_search::try_child() {
  if (skips_later()) return;
  if (c_->constant) a_step_ = path_[c_->performed].chosen;
  const bool known = c_->constant || !c_->undoes_latest;
  if (known && !wakes_all_skipped()) return;
  if (!perform_candidate()) return;
  if (!known && !wakes_all_skipped()) return;
  if (kept_.empty() && !less(path_[b_].again.what, a_.what)) return;
  if (was_skipped(a_step_, a_) || !skips_nothing_else()) return;
  std::uint32_t upto = kept_.empty() ? b_ : std::max(b_, kept_.back());
  config_.add(b_);
  if (c_->performed != happens_before::none && config_.is_next(c_->performed)) {
    config_.add(c_->performed);
    upto = std::max(upto, c_->performed);
  } else if (possible_after_b()) {
    return;
  }
  if (!leads_here(upto)) return;
  into_->children.push_back({b_, static_cast<std::uint32_t>(into_->kept.size()),
                             static_cast<std::uint32_t>(kept_.size()), a_step_});
  into_->kept.insert(into_->kept.end(), kept_.begin(), kept_.end());
}

}  // namespace heddle::explore
