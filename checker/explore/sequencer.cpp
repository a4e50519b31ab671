#include "sequencer.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "mode.hpp"

namespace heddle::explore {

namespace {

[[noreturn]] void broken_invariant(const char* what, const trace& t) {
  std::fprintf(stderr, "heddle: internal error: %s after %zu events\n", what, t.events.size());
  std::abort();
}

}  // namespace

sequencer::~sequencer() {
  for (const auto& g : made_) {
    core::discard(g->context);
    stacks_.give_back(g->memory);
  }
}

core::goroutine& sequencer::take_goroutine(std::size_t stack_bytes) {
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i]->memory.bytes < stack_bytes) continue;
    core::goroutine* g = idle_[i];
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    return *g;
  }
  made_.push_back(std::make_unique<core::goroutine>());
  made_.back()->memory = stacks_.take(stack_bytes);
  return *made_.back();
}

void sequencer::register_actor(actor_id who, actor_kind kind, actor_id parent,
                               std::uint32_t ordinal) {
  if (who >= trace_.actors.size()) trace_.actors.resize(who + 1);
  if (who >= states_.size()) states_.resize(who + 1);
  actor_info& info = trace_.actors[who];
  info.id = who;
  info.kind = kind;
  info.status = actor_status::pending;
  info.parent = parent;
  info.ordinal = ordinal;
  info.parent_position = parent == no_actor ? 0 : trace_.positions(parent);
  info.name.clear();
  info.created_at = {};
  info.announced.clear();
  info.waiting = false;
  actor_state& s = states_[who];
  s.g = nullptr;
  s.timer.reset();
  s.children = s.objects = s.ticks = 0;
  s.spin.reset();
  present_.push_back(who);
}

void sequencer::spawn(std::unique_ptr<detail::task> work, const go_options& options) {
  const bool first = present_.empty();
  if (!first && running_ != nullptr && running_->unwinding) return;
  const actor_id parent = first ? no_actor : creator();
  const std::uint32_t ordinal = first ? 0 : ++state(parent).children;
  const actor_id who = first ? main_actor : names_.child_of(parent, ordinal);
  register_actor(who, actor_kind::goroutine, parent, ordinal);
  trace_.actors[who].name = options.name;
  trace_.actors[who].created_at = options.at;
  core::goroutine& g = take_goroutine(std::max(options.stack_bytes, limits_.stack_bytes));
  g.work = std::move(work);
  g.id = who;
  g.state = core::goroutine_state::fresh;
  g.unwinding = false;
  states_[who].g = &g;
  alive_.push_back(&g);
  runnable_.push_back(&g);
}

void sequencer::entry(void* self) {
  auto* engine = static_cast<sequencer*>(core::current_engine_or_null());
  auto& g = *static_cast<core::goroutine*>(self);
  engine->run_goroutine(g);
  engine->end_goroutine(g);
}

void sequencer::run_goroutine(core::goroutine& g) {
  bool torn_down = false;
  try {
    g.work->run();
  } catch (const core::unwind&) {
    torn_down = true;
  } catch (const panic& p) {
    add_note(g.id, p.kind(), true, p.what(), p.at());
  } catch (const std::exception& e) {
    add_note(g.id, panic_kind::panic, true, e.what(), {});
  } catch (...) {
    add_note(g.id, panic_kind::panic, true, "an exception of unknown type", {});
  }
  if (g.unwinding || torn_down) return;
  actor_info& info = trace_.actors[g.id];
  if (info.status == actor_status::pending) info.status = actor_status::finished;
  if (g.id == main_actor && info.status == actor_status::finished) trace_.main_returned = true;
}

void sequencer::end_goroutine(core::goroutine& g) {
  g.work.reset();
  g.state = core::goroutine_state::finished;
  core::goroutine* next = g.unwinding ? nullptr : next_to_run();
  running_ = next;
  if (next == nullptr) core::switch_last(g.context, outside_, *exceptions_);
  next->state = core::goroutine_state::running;
  core::switch_last(g.context, next->context, *exceptions_);
}

void sequencer::add_note(actor_id who, panic_kind kind, bool uncaught, const std::string& what,
                         place at) {
  if (running_->unwinding) return;
  trace_.notes.push_back({kind, uncaught, what, at, who,
                          static_cast<std::uint32_t>(trace_.events.size())});
  if (uncaught) trace_.actors[who].status = actor_status::panicked;
}

void sequencer::note_failure(const panic& failure) {
  add_note(running_->id, failure.kind(), false, failure.what(), failure.at());
}

void sequencer::begin(const std::function<void()>& body) {
  trace_.clear();
  model_.reset(limits_.time == time_mode::idle);
  versions_.reset();
  races_.begin();
  present_.clear();
  alive_.clear();
  runnable_.clear();
  next_runnable_ = 0;
  any_guard_ = false;
  alternatives_.reset();
  first_half_ = second_half_ = nullptr;
  acting_timer_ = last_who_ = no_actor;
  fair_turn_ = 0;
  over_ = fair_tail_ = false;
  trace_.idle_time = limits_.time == time_mode::idle;
  spawn(std::make_unique<detail::bound_task<std::function<void()>>>(body), {});
}

const trace& sequencer::run(const std::function<void()>& body, strategy& chooser,
                            const execution_limits& limits, decision_log* log) {
  const std::terminate_handler previous = std::set_terminate(&terminated);
  exceptions_ = &core::this_threads_exceptions();
  strategy_ = &chooser;
  log_ = log;
  limits_ = limits;
  core::set_engine(this, true);
  active_ = this;
  ++execution_;
  begin(body);
  running_ = next_to_run();
  running_->state = core::goroutine_state::running;
  core::switch_to(outside_, running_->context, *exceptions_);
  running_ = nullptr;
  unwind_all();
  if (trace_.group_panicked)
    for (object_id o : trace_.group_panics()) model_.expect_group_panic(o);
  core::set_engine(nullptr, false);
  active_ = nullptr;
  std::set_terminate(previous);
  return trace_;
}

void sequencer::unwind_all() {
  for (std::size_t i = alive_.size(); i-- > 0;) {  // children before their creators
    core::goroutine& g = *alive_[i];
    if (g.state != core::goroutine_state::finished && g.state != core::goroutine_state::fresh) {
      g.unwinding = true;
      running_ = &g;
      core::switch_to(outside_, g.context, *exceptions_);
    }
    g.work.reset();
    core::discard(g.context);
    idle_.push_back(&g);
  }
  running_ = nullptr;
  for (actor_id who : present_) state(who).timer.reset();
}

// An exception met a function that must not throw. If that is the end of the execution tearing a
// goroutine down, the goroutine is given up; else the program would end here, so it is a panic.
void sequencer::terminated() noexcept {
  auto* engine = static_cast<sequencer*>(core::current_engine_or_null());
  if (engine == nullptr || engine->running_ == nullptr) std::abort();
  core::goroutine& g = *engine->running_;
  if (!g.unwinding) {
    std::string what = "std::terminate was called";
    try {
      if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      what = std::string(e.what()) + " (thrown out of a destructor or function that is noexcept)";
    } catch (...) {
    }
    engine->add_note(g.id, panic_kind::panic, true, what, {});
  }
  engine->end_goroutine(g);
}

// Switches to whatever has to run next; returns when that is the caller again.
void sequencer::leave() {
  core::goroutine& self = *running_;
  core::goroutine* next = next_to_run();
  if (next == &self) return;
  self.state = core::goroutine_state::blocked;
  running_ = next;
  if (next == nullptr) {
    core::switch_to(self.context, outside_, *exceptions_);
  } else {
    next->state = core::goroutine_state::running;
    core::switch_to(self.context, next->context, *exceptions_);
  }
}

core::goroutine* sequencer::next_to_run() {
  for (;;) {
    if (over_) return nullptr;
    core::goroutine* next = nullptr;
    if (limits_.stop_at_failure && !trace_.notes.empty()) {
      finish(ending::stopped);
      return nullptr;
    }
    if (first_half_ != nullptr) {
      next = std::exchange(first_half_, nullptr);
    } else if (second_half_ != nullptr) {
      next = std::exchange(second_half_, nullptr);
    } else if (next_runnable_ < runnable_.size()) {
      next = runnable_[next_runnable_++];
      if (next_runnable_ == runnable_.size()) {
        runnable_.clear();
        next_runnable_ = 0;
      }
    } else if (!decide()) {
      return nullptr;
    }
    if (next == nullptr) continue;
    if (next->state == core::goroutine_state::fresh)
      core::prepare(next->context, next->memory.base, next->memory.bytes, &entry, next);
    return next;
  }
}

operation sequencer::resolved(operation op) {
  if (op.object == 0 && op.address != nullptr) op.object = names_.object_at(op.address);
  if (op.second == 0 && op.second_address != nullptr)
    op.second = names_.object_at(op.second_address);
  return op;
}

void sequencer::announce_for(actor_id who, std::span<const operation> offers) {
  announcement made;
  made.first_offer = static_cast<std::uint32_t>(trace_.offers.size());
  made.offer_count = static_cast<std::uint32_t>(offers.size());
  for (const operation& op : offers) {
    trace_.offers.push_back(resolved(op));
    const operation& made_known = trace_.offers.back();
    if (!model_.meet(made_known)) continue;
    if (made_known.object >= trace_.initial_bits.size())
      trace_.initial_bits.resize(made_known.object + 1);
    trace_.initial_bits[made_known.object] = made_known.value;
  }
  trace_.actors[who].announced.push_back(made);
  trace_.actors[who].waiting = true;
  const operation& first = trace_.offers[made.first_offer];
  mix(names_.hash_of_actor(who) ^ (std::uint64_t{first.at.line()} << 8 | static_cast<unsigned>(first.kind)));
  for (const operation& op : trace_.offers_at(who, trace_.actors[who].announced.size() - 1))
    mix(names_.hash_of_object(op.object));
  alternatives_.actor_changed(trace_, who);
}

core::decision sequencer::announce(std::span<const operation> offers) {
  const actor_id self = running_->id;
  spin_window& spin = state(self).spin;
  if (!spin.after_yield() && !spin.guarded()) {
    announce_for(self, offers);
  } else {
    announce_after_yield(self, offers);
  }
  leave();
  return state(self).picked;
}

void sequencer::announce_after_yield(actor_id who, std::span<const operation> offers) {
  spin_window& spin = state(who).spin;
  announce_for(who, offers);
  spin.announced(pending_offers(trace_, who));
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
  if (state(self.id).spin.yielded()) return;
  operation pause;
  pause.kind = op_kind::pause;
  pause.at = at;
  core::announce(pause);
  state(self.id).spin.yielded();
}

time_point sequencer::now(place) { return time_point(duration(model_.now())); }

void sequencer::arm(detail::timer_state& t) {
  const operation own = resolved([&] {
    operation op;
    op.object = t.id;
    op.address = &t;
    return op;
  }());
  const actor_id who = names_.timer_of(own.object);
  const bool fresh = who >= trace_.actors.size() || trace_.actors[who].id != who;
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
  state(who).timer = t.shared_from_this();
}

int sequencer::num_goroutines(place) {
  return static_cast<int>(std::ranges::count_if(alive_, [](const core::goroutine* g) {
    return g->state != core::goroutine_state::finished;
  }));
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
