// The sequencer's verbs: what goroutines announce, and how they block, yield, arm timers and name
// objects.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "mode.hpp"
#include "sequencer.hpp"

namespace heddle::explore {

namespace {

[[noreturn]] void broken_invariant(const char* what, const trace& t) {
  std::fprintf(stderr, "heddle: internal error: %s after %zu events\n", what, t.events.size());
  std::abort();
}

// Reads a field by itself: the caller has just written it so, and the processor would hold back a
// wider load until all that it covers has left the store buffer.
template <class T>
T read_alone(const T& field) {
  return *static_cast<const volatile T*>(&field);
}

void copy(operation& to, const operation& from) {
  to.kind = read_alone(from.kind);
  to.holds_address = read_alone(from.holds_address);
  to.branch = read_alone(from.branch);
  to.object = read_alone(from.object);
  to.second = read_alone(from.second);
  to.address = read_alone(from.address);
  to.second_address = read_alone(from.second_address);
  to.value = read_alone(from.value);
  to.extra = read_alone(from.extra);
  to.at = from.at;
}

}  // namespace

// Names the objects that were made outside of the execution.
void sequencer::resolve(operation& op) {
  if (op.object == 0 && op.address != nullptr) op.object = names_.object_at(op.address);
  if (op.second == 0 && op.second_address != nullptr)
    op.second = names_.object_at(op.second_address);
}

// What tells an operation from others of the same goroutine: everything but addresses, and what an
// atomic holds, which is compared where it changes.
std::uint64_t sequencer::particulars(const operation& op) const {
  const std::uint64_t what = std::uint64_t{op.at.line()} << 32 |
                             (static_cast<std::uint64_t>(op.branch) & 0xffffff) << 8 |
                             static_cast<std::uint64_t>(op.kind);
  std::uint64_t all = names_.hash_of_object(op.object) ^ what * 0x9fb21c651e98df25U;
  all += (core::is_atomic(op.kind) ? 0 : op.value) * 0xff51afd7ed558ccdU;
  all += (op.holds_address ? 0 : op.extra) * 0xc4ceb9fe1a85ec53U;
  return op.second == 0 ? all : all ^ names_.hash_of_object(op.second) * 3;
}

void sequencer::announce_for(actor_id who, std::span<const operation> offers) {
  if (repeating_) return repeat_announcement(who, offers);
  actor_info& info = trace_.actors[who];
  const auto first = static_cast<std::uint32_t>(trace_.offers.size());
  info.announced.push_back({first, static_cast<std::uint32_t>(offers.size()), 0, 0});
  info.waiting = true;
  for (const operation& op : offers) {
    operation& made = trace_.offers.emplace_back();
    copy(made, op);
    resolve(made);
    if (made.kind == op_kind::recv) made.second = model_.ticker_of(made.object);
    holds_addresses_ = holds_addresses_ || made.holds_address;
    mix(names_.hash_of_actor(who) + particulars(made));
    if (!model_.meet(made)) continue;
    if (made.object >= trace_.initial_bits.size()) trace_.initial_bits.resize(made.object + 1);
    trace_.initial_bits[made.object] = made.value;
  }
  alternatives_.announced(trace_, who);
}

bool sequencer::announce(std::span<const operation> offers, core::decision& picked) {
  core::goroutine* self = running_;
  if (self == nullptr) throw panic("a Heddle operation was used outside of a goroutine");
  if (self->unwinding) return !core::must_unwind();
  announce_for(self->id, offers);
  if (repeating_ && goes_on(*self)) {
    picked = {repeat_alone().branch, nullptr};
    return true;
  }
  if (spinning_) announce_while_spinning(self->id);
  leave();
  picked = state(self->id).picked;
  return !self->unwinding || !core::must_unwind();
}

// After a yield: finds out whether the goroutine is going round a loop, and what it waits for then.
void sequencer::announce_while_spinning(actor_id who) {
  actor_state& s = state(who);
  if (!s.yields) return;
  s.path = current_call_path(s.g->bottom);
  spin_window& spin = s.spin;
  if (!spin.after_yield() && !spin.guarded()) return;
  spin.announced(pending_offers(trace_, who), s.path);
  if (!spin.guarded()) return;
  any_guard_ = true;
  guards_.clear();
  spin.guards(guards_);
  announcement& made = trace_.actors[who].announced.back();
  made.first_guard = static_cast<std::uint32_t>(trace_.guards.size());
  made.guard_count = static_cast<std::uint32_t>(guards_.size());
  trace_.guards.insert(trace_.guards.end(), guards_.begin(), guards_.end());
}

void sequencer::park(const operation& why) {
  core::goroutine& self = *running_;
  if (self.unwinding) {
    core::must_unwind();
    return;
  }
  operation waiting = why;
  if (why.kind == op_kind::cond_wait) {
    waiting.kind = op_kind::cond_woken;
    announce_for(self.id, std::span(&waiting, 1));
  } else if (why.kind == op_kind::sleep) {
    announce_for(self.id, std::span(&waiting, 1));
  } else if (second_half_ == nullptr) {
    broken_invariant("a picked operation parked", trace_);
  }
  leave();
  if (self.unwinding) core::must_unwind();
}

void sequencer::ready(core::goroutine& g) { runnable_.push_back(&g); }

void sequencer::yield(place at) {
  core::goroutine& self = *running_;
  if (self.unwinding) {
    core::must_unwind();
    return;
  }
  operation pause;
  pause.kind = op_kind::pause;
  pause.at = at;
  if (repeating_) {
    depart(pause);
    return;
  }
  if (!state(self.id).yields) return learn_that_it_yields();
  if (state(self.id).spin.yielded()) return;
  core::announce(pause);
  state(self.id).spin.yielded();
}

time_point sequencer::now(place) { return time_point(duration(model_.now())); }

void sequencer::arm(detail::timer_state& t) {
  operation own;
  own.object = t.id;
  own.address = &t;
  own.at = t.at;
  resolve(own);
  if (repeating_) depart(own);
  const actor_id who = names_.timer_of(own.object);
  const bool fresh = !trace_.exists(who);
  if (trace_.actors[clock_actor].id != clock_actor) {
    register_actor(clock_actor, actor_kind::clock, no_actor, 0);
    operation advance;
    advance.kind = op_kind::clock_advance;
    advance.object = clock_object;
    announce_for(clock_actor, std::span(&advance, 1));
  }
  if (fresh) {
    const actor_id parent = creator();
    register_actor(who, actor_kind::timer, parent, ++state(parent).children);
    trace_.actors[who].created_at = t.at;
    operation fire = trace_.events.back().op;  // the arming, just performed
    fire.kind = op_kind::timer_fire;
    announce_for(who, std::span(&fire, 1));
  }
  detail::retain(&t);
  state(who).timer = detail::timer_handle(&t);
}

// Returning is no event, so how many of those that have done their last operation have returned is a
// choice. Whoever was counted once, or not, is not counted again.
int sequencer::num_goroutines(place at) {
  const auto ended = static_cast<std::size_t>(
      std::ranges::count(alive_, core::goroutine_state::finished, &fiber::state));
  const auto there = static_cast<int>(alive_.size() - ended);
  const std::size_t lately = ended - std::exchange(counted_ended_, ended);
  if (lately == 0 || running_->unwinding) return there;
  operation how_many;
  how_many.kind = op_kind::choose;
  how_many.value = lately + 1;
  how_many.at = at;
  core::decision picked;
  return announce(std::span(&how_many, 1), picked) ? there + picked.branch : there;
}

core::object_id sequencer::name_object(const char* what, place at) {
  if (running_ == nullptr || running_->unwinding) return 0;
  const actor_id maker = creator();
  const std::uint32_t ordinal = ++state(maker).objects;
  const object_id o = names_.object_of(maker, ordinal);
  if (o >= trace_.objects.size()) trace_.objects.resize(o + 1);
  trace_.objects[o] = {o, what, maker, ordinal, at};
  return o;
}

}  // namespace heddle::explore
