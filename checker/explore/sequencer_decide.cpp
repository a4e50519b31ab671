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

bool sequencer::decide() {
  const auto skip_clock = [this](actor_id who) {
    return who == clock_actor && limits_.time == time_mode::idle;
  };
  alternatives_.collect(trace_, model_, present_, [&](actor_id who) {
    return skip_clock(who) || state(who).spin.held_back(versions_);
  });
  if (alternatives_.empty()) alternatives_.collect(trace_, model_, present_, skip_clock);
  if (alternatives_.empty())
    alternatives_.collect(trace_, model_, present_, [](actor_id) { return false; });
  if (alternatives_.empty()) return finish(fair_tail_ ? ending::unfair_cut : ending::quiescent);
  if (trace_.events.size() >= limits_.max_steps) fair_tail_ = true;
  if (trace_.events.size() >= 2 * limits_.max_steps) return finish(ending::cut);

  point at;
  at.step = trace_.events.size();
  at.running = last_who_;
  at.alternatives = alternatives_.all();
  at.fingerprint = alternatives_.fingerprint(names_);
  const std::size_t picked = pick(at);
  if (picked == strategy::abandon) return finish(ending::abandoned);
  trace_.fingerprint = (trace_.fingerprint ^ at.fingerprint ^ picked) * golden;
  trace_.fingerprint ^= trace_.fingerprint >> 32;
  if (log_ != nullptr) log_->decided(picked, at);
  perform(at.alternatives[picked]);
  return true;
}

// Past the step bound a fair scheduler decides, so that a cut that remains is the program's fault. The
// strategy is not asked: what it would plan from there is not what happens.
std::size_t sequencer::pick(const point& at) {
  return fair_tail_ ? pick_fairly() : strategy_->pick(at);
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
}

void sequencer::record(const alternative& picked) {
  event e;
  e.what = picked.what;
  e.op = *picked.op;
  e.position = trace_.positions(picked.what.who);
  if (picked.what.partner != no_actor) {
    e.partner_position = trace_.positions(picked.what.partner);
    e.partner_at = picked.partner_op->at;
  }
  e.first_access = static_cast<std::uint32_t>(trace_.accesses.size());
  e.access_count = static_cast<std::uint32_t>(picked.touches->size());
  trace_.accesses.insert(trace_.accesses.end(), picked.touches->begin(), picked.touches->end());
  e.first_other = static_cast<std::uint32_t>(trace_.others.size());
  e.bits = e.op.kind == op_kind::cond_wait ? model_.state(e.op.second).locked
                                           : model_.state(e.op.object).bits;
  trace_.events.push_back(e);
}

void sequencer::perform(const alternative& picked) {
  record(picked);
  const event done = trace_.events.back();
  last_who_ = done.what.who;
  trace_.actors[done.what.who].waiting = false;
  if (done.what.partner != no_actor) trace_.actors[done.what.partner].waiting = false;
  std::vector<actor_id> woken;
  model_.woken(done.op, woken);
  for (actor_id who : woken) participate(who);
  model_.apply(done.what, done.op, done.bits);
  count_change(done);
  if (trace_.actors[done.what.who].kind == actor_kind::goroutine)
    perform_by_goroutine(picked);
  else
    perform_by_timer(done.what.who);
}

// Tells spinning goroutines what changed. An atomic's new value is known only later.
void sequencer::count_change(const event& done) {
  spin_window& spin = state(done.what.who).spin;
  switch (done.op.kind) {
    case op_kind::atomic_store:
    case op_kind::atomic_update:
    case op_kind::atomic_compare:
      return;
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

void sequencer::note_value(std::uint64_t bits) {
  if (running_->unwinding) return;
  event& e = trace_.events.back();
  const bool changes = bits != e.bits;
  e.bits = bits;
  model_.set_bits(e.op.object, bits);
  if (changes) versions_.changed(e.op.object);
  state(e.what.who).spin.performed(e.op, changes, versions_);
  trace_.fingerprint = (trace_.fingerprint ^ bits) * golden;
}

void sequencer::perform_by_goroutine(const alternative& picked) {
  const action& what = picked.what;
  actor_state& who = state(what.who);
  who.picked = {what.branch, nullptr};
  if (what.partner != no_actor && picked.op->kind == op_kind::send) {
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
