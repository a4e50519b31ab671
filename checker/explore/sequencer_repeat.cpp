// Repeating the decisions of the execution before: a depth-first search takes most of them again.
//
// What has been recorded of them stays: the trace is cut where the two executions part, and up to
// there the goroutines are run one after the other as the trace says. Nothing is enabled, hashed or
// written down; what each announces, and what values its atomic operations leave behind, is
// compared with the trace, so that a model that does not repeat itself is found out. Where the
// executions part the objects' state is folded from the trace.
//
// Left out, so that such executions are run from the start: timers, spinning waits, atomics that
// hold pointers, executions in which something failed.
#include "sequencer.hpp"

namespace heddle::explore {

namespace {

// As far as particulars() tells them apart. Nothing here holds an address.
bool alike(const operation& a, const operation& b) {
  return a.kind == b.kind && a.object == b.object && a.at.line() == b.at.line() &&
         a.branch == b.branch && a.second == b.second && a.extra == b.extra &&
         (a.value == b.value || core::is_atomic(a.kind));
}

}  // namespace

bool sequencer::can_repeat() const {
  return kept_ && !trace_.events.empty() && trace_.notes.empty() && !trace_.group_panicked &&
         !spinning_ && !holds_addresses_ && !any_timer() &&
         (trace_.ended == ending::quiescent || trace_.ended == ending::abandoned);
}

void sequencer::cut_back(std::size_t steps) {
  woken_.clear();
  for (std::size_t e = steps; e < trace_.events.size(); ++e) {
    const event& undone = trace_.events[e];
    for (const access& a : trace_.touches(undone)) alternatives_.object_changed(a.object);
    woken_.push_back(undone.what.who);
    if (undone.what.partner != no_actor) woken_.push_back(undone.what.partner);
    for (const participant& p : trace_.others_of(undone)) woken_.push_back(p.who);
  }
  trace_.cut(steps);
  for (object_info& o : trace_.objects) o.id = 0;  // they are made again
  while (!trace_.exists(present_.back())) {
    alternatives_.performed(present_.back());
    present_.pop_back();
  }
  for (actor_id who : woken_)
    if (trace_.pending(who)) alternatives_.announced(trace_, who);
  for (actor_id who : present_) {
    states_[who].g = nullptr;
    states_[who].announced = 0;
  }
}

bool sequencer::depart(const operation& instead) {
  trace_.departure = went_another_way(step_, instead);
  repeating_ = false;
  return finish(ending::departed);
}

void sequencer::repeat_announcement(actor_id who, std::span<const operation> offers) {
  const actor_info& info = trace_.actors[who];
  actor_state& s = state(who);
  if (s.announced == info.announced.size() ||
      info.announced[s.announced].offer_count != offers.size()) {
    depart(offers.front());
    return;
  }
  const operation* before = &trace_.offers[info.announced[s.announced].first_offer];
  for (const operation& offered : offers) {
    operation op = offered;
    resolve(op);
    if (!alike(op, *before)) {
      depart(op);
      return;
    }
    ++before;
  }
  ++s.announced;
}

void sequencer::repeat_value(std::uint64_t bits) {
  const event& e = trace_.events[step_ - 1];
  if (e.bits != bits) depart(e.op);
}

// Carries out the next of the decisions that are repeated.
bool sequencer::repeat() {
  if (step_ == repeated_) return stop_repeating() && decide_among_all(step_);
  const event& e = trace_.events[step_];
  bool ready = states_[e.what.who].announced == e.position + 1;
  if (e.what.partner != no_actor)
    ready = ready && states_[e.what.partner].announced == e.partner_position + 1;
  for (const participant& p : trace_.others_of(e))
    ready = ready && states_[p.who].announced == p.position + 1;
  if (!ready) return depart(e.op);
  if (log_ != nullptr) log_->decided(e.how.index, e.how.alternatives, e.how.fingerprint);
  ++step_;
  ++turn_;
  perform_by_goroutine(e.what, e.op.kind);
  return true;
}

// Whether the next decision is that the running goroutine goes on, alone.
bool sequencer::goes_on(const core::goroutine& g) const {
  if (step_ == repeated_ || next_runnable_ < runnable_.size() || second_half_ != nullptr)
    return false;
  const action& next = trace_.events[step_].what;
  return next.who == g.id && next.partner == no_actor && trace_.events[step_].other_count == 0 &&
         states_[g.id].announced == trace_.events[step_].position + 1;
}

// What repeat() comes to for such a decision.
const action& sequencer::repeat_alone() {
  const event& e = trace_.events[step_++];
  if (log_ != nullptr) log_->decided(e.how.index, e.how.alternatives, e.how.fingerprint);
  return e.what;
}

bool sequencer::all_announced() {
  for (actor_id who : present_) {
    const actor_info& info = trace_.actors[who];
    if (states_[who].g != nullptr && states_[who].announced == info.announced.size()) continue;
    operation missing;
    missing.at = info.created_at;
    return depart(info.announced.empty() ? missing
                                         : trace_.offers[info.announced.back().first_offer]);
  }
  return true;
}

bool sequencer::stop_repeating() {
  if (!all_announced()) return false;
  repeating_ = false;
  model_.reset(trace_.idle_time);
  for (const operation& op : trace_.offers) model_.meet(op);
  for (const event& e : trace_.events) model_.apply(e.what, e.op, e.bits);
  last_who_ = trace_.events.back().what.who;
  return true;
}

}  // namespace heddle::explore
