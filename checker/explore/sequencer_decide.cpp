// The sequencer's decisions: what could happen, asking the strategy, and carrying it out.
#include <algorithm>

#include "dependence.hpp"
#include "sequencer.hpp"

namespace heddle::explore {

namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;

}  // namespace

bool sequencer::finish(ending how) {
  trace_.ended = how;
  over_ = true;
  return false;
}

// Spinning goroutines are held back while another can do something, and so is the clock in idle
// time. Of these the clock goes first: who yields lets time pass.
void sequencer::collect() {
  released_ = no_actor;
  const bool idle = limits_.time == time_mode::idle && trace_.actors[clock_actor].waiting;
  if (!idle && !any_guard_) return alternatives_.collect(trace_, model_, present_, {});
  held_back_.clear();
  if (idle) held_back_.push_back(clock_actor);
  if (any_guard_)
    for (actor_id who : present_)
      if (who != clock_actor && state(who).spin.held_back(versions_)) held_back_.push_back(who);
  alternatives_.collect(trace_, model_, present_, held_back_);
  if (!alternatives_.empty() || held_back_.empty()) return;
  if (idle) {
    held_back_.erase(held_back_.begin());
    alternatives_.collect(trace_, model_, present_, held_back_);
    if (!alternatives_.empty() || held_back_.empty()) return;
  }
  release_spinner();
}

// Nothing else can happen, so one that spins goes round again, each in turn. Which one, and after
// what, is no decision.
void sequencer::release_spinner() {
  std::vector<actor_id> in_turn(held_back_);
  std::ranges::sort(in_turn, {}, [&](actor_id who) {
    return std::pair(state(who).released, names_.hash_of_actor(who));
  });
  for (actor_id who : in_turn) {
    std::erase(held_back_, who);
    alternatives_.collect(trace_, model_, present_, held_back_, who);
    if (!alternatives_.empty()) {
      released_ = who;
      return;
    }
    held_back_.push_back(who);
  }
}

bool sequencer::held_back(const action& what) {
  return any_guard_ && what.partner == no_actor && state(what.who).spin.held_back(versions_);
}

bool sequencer::decide() {
  if (repeating_) return repeat();
  const std::size_t step = trace_.events.size();
  if (step < again_.size()) return take_again(step);
  if (step >= limits_.max_steps) return decide_past_bound(step);
  if (asks_known_) {
    const known_choice* again = strategy_->known(step, trace_.fingerprint);
    asks_known_ = again != nullptr;
    if (again != nullptr) {
      released_ = held_back(again->what) ? again->what.who : no_actor;
      const alternative* it = alternatives_.only(trace_, model_, again->what, released_);
      if (it != nullptr) {
        perform(*it, {again->index, again->alternatives, trace_.fingerprint});
        return true;
      }
    }
  }
  return decide_among_all(step);
}

bool sequencer::decide_among_all(std::size_t step) {
  collect();
  if (alternatives_.empty()) return finish(ending::quiescent);
  const point at{step, last_who_, alternatives_.all(), trace_.fingerprint, &trace_};
  const std::size_t index = strategy_->pick(at);
  return index == strategy::abandon ? finish(ending::abandoned) : carry_out(at, index);
}

// Past the step bound a fair scheduler decides, so that a cut that remains is the program's fault.
// The strategy is not asked: what it would plan from there is not what happens.
bool sequencer::decide_past_bound(std::size_t step) {
  collect();
  if (alternatives_.empty())
    return finish(step > limits_.max_steps ? ending::unfair_cut : ending::quiescent);
  if (step >= 2 * limits_.max_steps) return finish(ending::cut);
  return carry_out({step, last_who_, alternatives_.all(), trace_.fingerprint, &trace_},
                   pick_fairly());
}

bool sequencer::carry_out(const point& at, std::size_t index) {
  perform(at.alternatives[index],
          {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(at.alternatives.size()),
           at.fingerprint});
  return true;
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

event& sequencer::record(const alternative& picked, decided how) {
  ++turn_;
  event& e = trace_.events.emplace_back(picked.what, *picked.op, how);
  e.position = take_turn(picked.what.who);
  if (picked.what.partner != no_actor) {
    e.partner_position = take_turn(picked.what.partner);
    e.partner_at = picked.partner_op->at;
  }
  e.offers_before = static_cast<std::uint32_t>(trace_.offers.size());
  e.first_access = static_cast<std::uint32_t>(trace_.accesses.size());
  e.access_count = static_cast<std::uint32_t>(picked.touches.size());
  e.when_idle = released_ != no_actor ||
                (trace_.idle_time && picked.op->kind == op_kind::clock_advance);
  if (released_ != no_actor) ++state(picked.what.who).released;
  for (const access& a : picked.touches) {
    trace_.accesses.push_back(a);
    alternatives_.object_changed(a.object);
    if (a.kind == access_kind::group_panic) trace_.group_panicked = true;
  }
  e.first_other = static_cast<std::uint32_t>(trace_.others.size());
  e.bits = e.op.kind == op_kind::cond_wait ? model_.state(e.op.second).locked
                                           : model_.state(e.op.object).bits;
  return e;
}

// What the actor had announced is being performed. Says how many events it had before.
std::uint32_t sequencer::take_turn(actor_id who) {
  actor_info& info = trace_.actors[who];
  info.waiting = false;
  alternatives_.performed(who);
  return static_cast<std::uint32_t>(info.announced.size()) - 1;
}

void sequencer::participate(actor_id who) {
  trace_.others.push_back({who, take_turn(who)});
  ++trace_.events.back().other_count;
}

void sequencer::perform(const alternative& picked, decided how) {
  if (log_ != nullptr && trace_.events.size() >= again_.size())
    log_->decided(how.index, how.alternatives, how.fingerprint);
  mix(how.index + std::uint64_t{1});
  const event& done = record(picked, how);
  const action what = done.what;
  const op_kind kind = done.op.kind;
  last_who_ = what.who;
  if (!leaves_value(kind)) {
    if (kind == op_kind::cond_broadcast) {
      woken_.clear();
      model_.woken(done.op, woken_);
      for (actor_id who : woken_) participate(who);
    }
    model_.apply(what, done.op, done.bits);
    if (kind == op_kind::group_add) trace_.group_added = true;
    if (spinning_) count_change(done, false);
  }
  if (trace_.actors[what.who].kind == actor_kind::goroutine)
    perform_by_goroutine(what, kind);
  else
    perform_by_timer(what.who);
}

// Tells spinning goroutines what changed.
void sequencer::count_change(const event& done, bool value_changed) {
  const auto looked = [&](bool changes) {
    const actor_id who = done.what.who;
    actor_state& s = state(who);
    if (s.yields)
      s.spin.performed(done.op, trace_.offers_at(who, done.position), s.path, done.position, changes,
                       versions_);
  };
  if (leaves_value(done.op.kind)) {
    if (value_changed) versions_.changed(done.op.object);
    return looked(value_changed);
  }
  if (only_looks(done.op.kind)) return looked(false);
  bool changes = false;
  for (const access& a : trace_.touches(done)) {
    if (only_looks(a.kind)) continue;
    changes = true;
    if (a.kind != access_kind::timer) versions_.changed(a.object);  // time is not changed by that
  }
  looked(changes);
  if (done.what.partner == no_actor) return;
  actor_state& partner = state(done.what.partner);
  if (partner.yields)
    partner.spin.performed(done.op, {}, partner.path, done.partner_position, true, versions_);
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
  first_half_ = who.g;
}

void sequencer::perform_by_timer(actor_id who) {
  actor_state& actor = state(who);
  const operation own = trace_.events.back().op;
  if (own.kind == op_kind::timer_fire) {
    const detail::timer_handle owned = actor.timer;
    detail::timer_state* const t = owned.get();
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
