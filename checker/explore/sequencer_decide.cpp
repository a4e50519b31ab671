// The sequencer's decisions: what could happen, asking the strategy, and carrying it out.
#include <algorithm>

#include "dependence.hpp"
#include "sequencer.hpp"

namespace heddle::explore {

namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;

// Atomic operations whose new value is known only once they have run.
bool leaves_value(op_kind k) {
  return k == op_kind::atomic_store || k == op_kind::atomic_update || k == op_kind::atomic_compare;
}

}  // namespace

bool sequencer::finish(ending how) {
  trace_.ended = how;
  over_ = true;
  return false;
}

// Spinning goroutines are held back while another can do something, and so is the clock in idle
// time; the clock last.
void sequencer::collect() {
  held_back_.clear();
  const bool idle = limits_.time == time_mode::idle && trace_.actors[clock_actor].waiting;
  if (idle) held_back_.push_back(clock_actor);
  if (any_guard_)
    for (actor_id who : present_)
      if (who != clock_actor && state(who).spin.held_back(versions_)) held_back_.push_back(who);
  alternatives_.collect(trace_, model_, present_, held_back_);
  if (!alternatives_.empty() || held_back_.empty()) return;
  held_back_.clear();
  if (idle) held_back_.push_back(clock_actor);
  alternatives_.collect(trace_, model_, present_, held_back_);
  if (alternatives_.empty() && idle) alternatives_.collect(trace_, model_, present_, {});
}

bool sequencer::decide() {
  if (repeating_) return repeat();
  if (!asks_known_ || fair_tail_ || trace_.events.size() >= limits_.max_steps)
    return decide_among_all();
  const known_choice* again = strategy_->known(trace_.events.size(), trace_.fingerprint);
  asks_known_ = again != nullptr;
  if (again == nullptr) return decide_among_all();
  const alternative* it = alternatives_.only(trace_, model_, again->what);
  if (it == nullptr) return decide_among_all();
  picked(again->index, again->alternatives);
  perform(*it);
  return true;
}

// Past the step bound a fair scheduler decides, so that a cut that remains is the program's fault.
// The strategy is not asked: what it would plan from there is not what happens.
bool sequencer::decide_among_all() {
  collect();
  if (alternatives_.empty()) return finish(fair_tail_ ? ending::unfair_cut : ending::quiescent);
  if (trace_.events.size() >= limits_.max_steps) fair_tail_ = true;
  if (trace_.events.size() >= 2 * limits_.max_steps) return finish(ending::cut);
  const point at{trace_.events.size(), last_who_, alternatives_.all(), trace_.fingerprint};
  const std::size_t index = fair_tail_ ? pick_fairly() : strategy_->pick(at);
  if (index == strategy::abandon) return finish(ending::abandoned);
  picked(index, at.alternatives.size());
  perform(at.alternatives[index]);
  return true;
}

void sequencer::picked(std::size_t index, std::size_t alternatives) {
  if (log_ != nullptr) log_->decided(index, alternatives, trace_.fingerprint);
  trace_.decisions.push_back({static_cast<std::uint32_t>(index),
                              static_cast<std::uint32_t>(alternatives), trace_.fingerprint});
  mix(index + 1);
}

// Round-robin over the actors in order of creation. Among one actor's alternatives, a select's
// cases say, it draws: a fixed or a rotating choice may starve a case for ever.
std::size_t sequencer::pick_fairly() {
  const std::span<const alternative> all = alternatives_.all();
  const std::uint64_t draw = (trace_.events.size() + 1) * golden >> 32;
  for (std::size_t turn = 0; turn < present_.size(); ++turn) {
    const actor_id next = present_[(fair_turn_ + turn) % present_.size()];
    const auto acts = [&](const alternative& a) {
      return a.what.who == next || a.what.partner == next;
    };
    const auto own = static_cast<std::uint64_t>(std::ranges::count_if(all, acts));
    if (own == 0) continue;
    fair_turn_ = (fair_turn_ + turn + 1) % present_.size();
    std::uint64_t left = draw % own;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (acts(all[i]) && left-- == 0) return i;
  }
  return 0;
}

void sequencer::participate(actor_id who) {
  event& e = trace_.events.back();
  trace_.others.push_back({who, trace_.positions(who)});
  ++e.other_count;
  trace_.actors[who].waiting = false;
  alternatives_.actor_changed(trace_, who);
}

void sequencer::record(const alternative& picked) {
  event& e = trace_.events.emplace_back();
  e.what = picked.what;
  e.op = *picked.op;
  e.position = trace_.positions(picked.what.who);
  if (picked.what.partner != no_actor) {
    e.partner_position = trace_.positions(picked.what.partner);
    e.partner_at = picked.partner_op->at;
  }
  e.offers_before = static_cast<std::uint32_t>(trace_.offers.size());
  e.first_access = static_cast<std::uint32_t>(trace_.accesses.size());
  e.access_count = static_cast<std::uint32_t>(picked.touches.size());
  for (const access& a : picked.touches) {
    trace_.accesses.push_back(a);
    alternatives_.object_changed(a.object);
    if (a.kind == access_kind::group_panic) trace_.group_panicked = true;
  }
  e.first_other = static_cast<std::uint32_t>(trace_.others.size());
  e.bits = e.op.kind == op_kind::cond_wait ? model_.state(e.op.second).locked
                                           : model_.state(e.op.object).bits;
}

void sequencer::perform(const alternative& picked) {
  record(picked);
  const action what = picked.what;
  const operation& op = trace_.events.back().op;
  last_who_ = what.who;
  trace_.actors[what.who].waiting = false;
  if (what.partner != no_actor) trace_.actors[what.partner].waiting = false;
  alternatives_.actor_changed(trace_, what.who);
  if (what.partner != no_actor) alternatives_.actor_changed(trace_, what.partner);
  if (op.kind == op_kind::cond_broadcast) {
    woken_.clear();
    model_.woken(op, woken_);
    for (actor_id who : woken_) participate(who);
  }
  model_.apply(what, op, trace_.events.back().bits);
  if (op.kind == op_kind::group_add) trace_.group_added = true;
  if (spinning_ && !leaves_value(op.kind)) count_change(trace_.events.back(), false);
  if (trace_.actors[what.who].kind == actor_kind::goroutine)
    perform_by_goroutine(what, op.kind);
  else
    perform_by_timer(what.who);
}

// Tells spinning goroutines what changed.
void sequencer::count_change(const event& done, bool value_changed) {
  spin_window& spin = state(done.what.who).spin;
  if (leaves_value(done.op.kind)) {
    if (value_changed) versions_.changed(done.op.object);
    return spin.performed(done.op, value_changed, versions_);
  }
  switch (done.op.kind) {
    case op_kind::atomic_load:
    case op_kind::is_closed:
    case op_kind::len:
    case op_kind::otherwise:
    case op_kind::clock_read:
    case op_kind::observe_all:
    case op_kind::pause:
      return spin.performed(done.op, false, versions_);
    default:
      break;
  }
  bool changes = false;
  for (const access& a : trace_.touches(done)) {
    if (a.kind == access_kind::lock_failed || a.kind == access_kind::read_lock_failed ||
        a.kind == access_kind::write_lock_failed || a.kind == access_kind::receive_closed)
      continue;
    changes = true;
    versions_.changed(a.object);
  }
  spin.performed(done.op, changes, versions_);
  if (done.what.partner != no_actor)
    state(done.what.partner).spin.performed(done.op, true, versions_);
}

// The first yield of all: what each goroutine has done so far is made up for.
void sequencer::track_spinning() {
  spinning_ = true;
  object_model so_far;
  for (const operation& op : trace_.offers) so_far.meet(op);
  for (const event& e : trace_.events) {
    const std::uint64_t before = so_far.state(e.op.object).bits;
    so_far.apply(e.what, e.op, e.bits);
    count_change(e, e.bits != before);
  }
}

void sequencer::note_value(std::uint64_t bits) {
  if (running_->unwinding) return;
  if (repeating_) return repeat_value(bits);
  event& e = trace_.events.back();
  const bool changes = bits != e.bits;
  e.bits = bits;
  model_.set_bits(e.op.object, bits);
  if (spinning_) count_change(e, changes);
  if (!e.op.holds_address) mix(bits);
}

void sequencer::perform_by_goroutine(const action& what, op_kind kind) {
  actor_state& who = state(what.who);
  who.picked = {what.branch, nullptr};
  if (what.partner != no_actor && kind == op_kind::send) {
    state(what.partner).picked = {what.partner_branch, nullptr};
    first_half_ = state(what.partner).g;
    second_half_ = who.g;
    return;
  }
  if (what.partner != no_actor) who.picked.partner = state(what.partner).g;
  runnable_.push_back(who.g);
}

void sequencer::perform_by_timer(actor_id who) {
  actor_state& actor = state(who);
  const operation own = trace_.events.back().op;
  if (own.kind == op_kind::timer_fire) {
    const std::shared_ptr<detail::timer_state> t = actor.timer;
    if (t->sleeper != nullptr) participate(t->sleeper->id);
    t->armed = t->period > duration::zero();
    if (t->armed && trace_.main_returned && ++actor.ticks >= limits_.ticks_after_main)
      model_.silence(own.object);
    acting_timer_ = who;
    t->fire(time_point(duration(model_.now())));
    acting_timer_ = no_actor;
  }
  announce_for(who, std::span(&own, 1));
}

}  // namespace heddle::explore
