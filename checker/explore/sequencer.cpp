#include "sequencer.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "mode.hpp"

namespace heddle::explore {

namespace {

std::terminate_handler outer_handler =
    nullptr;  // what std::terminate did before the first sequencer

// The model's function as main's task, without a copy of it.
class body_task final : public detail::task {
 public:
  explicit body_task(const std::function<void()>& body) : body_(body) {}
  void run() override { body_(); }

 private:
  const std::function<void()>& body_;
};

}  // namespace

sequencer::sequencer() : handled_before_(std::set_terminate(&terminated)) {
  if (handled_before_ != &terminated) outer_handler = handled_before_;
}

sequencer::~sequencer() {
  std::set_terminate(handled_before_);
  for (const auto& g : made_) {
    core::discard(g->context);
    stacks_.give_back(g->memory);
  }
}

sequencer::fiber& sequencer::take_fiber(std::size_t stack_bytes) {
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i]->memory.bytes < stack_bytes) continue;
    fiber* g = idle_[i];
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    return *g;
  }
  made_.push_back(std::make_unique<fiber>());
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
  info.born = static_cast<std::uint32_t>(trace_.events.size());
  if (!info.name.empty()) info.name.clear();
  info.announced.clear();
  info.waiting = false;
  actor_state& s = states_[who];
  s.g = nullptr;
  if (s.timer.get() != nullptr) s.timer = {};
  s.children = s.objects = s.ticks = s.released = 0;
  if (spinning_) s.spin.reset();
  s.yields = s.yields || all_yield_;
  present_.push_back(who);
  add_created(who);
}

void sequencer::spawn(std::unique_ptr<detail::task> work, const go_options& options) {
  const bool first = alive_.empty();
  if (!first && running_ != nullptr && running_->unwinding) return;
  const actor_id parent = first ? no_actor : creator();
  const std::uint32_t ordinal = first ? 0 : ++state(parent).children;
  const actor_id who = first ? main_actor : names_.child_of(parent, ordinal);
  if (repeating_ && !trace_.exists(who)) {
    operation start;
    start.at = options.at;
    depart(start);
  }
  if (repeating_) {
    add_created(who);
  } else {
    register_actor(who, actor_kind::goroutine, parent, ordinal);
    actor_info& info = trace_.actors[who];
    if (!options.name.empty()) info.name = options.name;
    info.created_at = options.at;
  }
  fiber& g = take_fiber(std::max(options.stack_bytes, limits_.stack_bytes));
  g.work = std::move(work);
  g.id = who;
  g.state = core::goroutine_state::fresh;
  g.unwinding = false;
  actor_state& s = states_[who];
  s.g = &g;
  s.children = s.objects = s.announced = 0;
  alive_.push_back(&g);
  runnable_.push_back(&g);
}

// A stack is prepared once; between two functions it waits here.
void sequencer::entry(void* self) {
  auto& g = *static_cast<fiber*>(self);
  for (;;) {
    auto* engine = static_cast<sequencer*>(core::current_engine_or_null());
    engine->run_goroutine(g);
    core::goroutine* next = engine->finish_goroutine(g);
    g.resting = true;
    engine->pass_to(g.context, next == nullptr ? engine->outside_ : next->context);
  }
}

void sequencer::run_goroutine(core::goroutine& g) {
  static_cast<fiber&>(g).bottom = __builtin_frame_address(0);
  bool torn_down = false;
  try {
    if (!g.unwinding) g.work->run();
    g.work.reset();  // what it owned may operate once more
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

core::goroutine* sequencer::finish_goroutine(core::goroutine& g) {
  g.work.reset();
  g.state = core::goroutine_state::finished;
  run_on(g.unwinding ? nullptr : next_to_run());
  if (running_ != nullptr) running_->state = core::goroutine_state::running;
  return running_;
}

void sequencer::add_note(actor_id who, panic_kind kind, bool uncaught, const std::string& what,
                         place at) {
  if (running_->unwinding) return;
  if (repeating_) {
    operation failing;
    failing.at = at;
    depart(failing);
    return;
  }
  trace_.notes.push_back(
      {kind, uncaught, what, at, who, static_cast<std::uint32_t>(trace_.events.size())});
  if (uncaught) trace_.actors[who].status = actor_status::panicked;
  if (limits_.stop_at_failure) finish(ending::stopped);
}

void sequencer::note_failure(const panic& failure) {
  add_note(running_->id, failure.kind(), false, failure.what(), failure.at());
}

void sequencer::begin(const std::function<void()>& body) {
  repeated_ = can_repeat() ? strategy_->repeat(trace_.events.size() - 1) : 0;
  repeating_ = repeated_ > 0;
  step_ = 0;
  races_.begin();
  created_.clear();
  alive_.clear();
  runnable_.clear();
  next_runnable_ = 0;
  any_guard_ = false;
  counted_ended_ = 0;
  first_half_ = second_half_ = nullptr;
  acting_timer_ = last_who_ = no_actor;
  over_ = false;
  if (again_.empty()) {  // else that is as it was
    asks_known_ = !repeating_;
    fair_turn_ = 0;
  }
  if (repeating_) {
    cut_back(repeated_);
  } else {
    trace_.clear();
    model_.reset(limits_.time == time_mode::idle);
    versions_.reset();
    present_.clear();
    alternatives_.reset();
  }
  trace_.idle_time = limits_.time == time_mode::idle;
  spawn(std::make_unique<body_task>(body), {});
}

const trace& sequencer::run(const std::function<void()>& body, strategy& chooser,
                            const execution_limits& limits, decision_log* log) {
  exceptions_ = &core::this_threads_exceptions();
  kept_ = strategy_ == &chooser && limits_ == limits;
  strategy_ = &chooser;
  log_ = log;
  limits_ = limits;
  core::set_engine(this, true);
  active_ = this;
  do {
    ++execution_;
    begin(body);
    run_on(next_to_run());
    running_->state = core::goroutine_state::running;
    pass_to(outside_, running_->context);
    run_on(nullptr);
    unwind_all();
  } while (starts_over());
  if (trace_.group_panicked)
    for (object_id o : trace_.group_panics()) model_.expect_group_panic(o);
  core::set_engine(nullptr, false);
  active_ = nullptr;
  return trace_;
}

void sequencer::unwind_all() {
  for (std::size_t i = alive_.size(); i-- > 0;) {  // children before their creators
    fiber& g = *alive_[i];
    if (g.state != core::goroutine_state::finished) {
      g.unwinding = true;
      run_on(&g);
      if (g.state == core::goroutine_state::fresh) start(g);  // to let go of what it owns
      pass_to(outside_, g.context);
    }
    g.work.reset();
    if (!g.resting) core::discard(g.context);
    idle_.push_back(&g);
  }
  run_on(nullptr);
  if (any_timer()) {
    for (actor_id who : present_) state(who).timer = {};
  }
}

// An exception met a function that must not throw. If that is the end of the execution tearing a
// goroutine down, the goroutine is given up; else the program would end here, so it is a panic.
void sequencer::terminated() noexcept {
  auto* engine = static_cast<sequencer*>(core::current_engine_or_null());
  if (engine == nullptr || engine->running_ == nullptr) {  // no model's doing
    if (outer_handler != nullptr && outer_handler != &terminated) outer_handler();
    std::abort();
  }
  core::goroutine& g = *engine->running_;
  if (!g.unwinding) {
    std::string what = "std::terminate was called";
    try {
      if (const std::exception_ptr thrown = std::current_exception())
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      what = std::string(e.what()) + " (thrown out of a destructor or function that is noexcept)";
    } catch (...) {
    }
    engine->add_note(g.id, panic_kind::panic, true, what, {});
  }
  core::goroutine* next = engine->finish_goroutine(g);
  core::switch_last(g.context, next == nullptr ? engine->outside_ : next->context,
                    *engine->exceptions_);
}

// Switches to whatever has to run next; returns when that is the caller again.
void sequencer::leave() {
  core::goroutine& self = *running_;
  core::goroutine* next = next_to_run();
  if (next == &self) return;
  self.state = core::goroutine_state::blocked;
  run_on(next);
  if (next != nullptr) next->state = core::goroutine_state::running;
  pass_to(self.context, next == nullptr ? outside_ : next->context);
}

core::goroutine* sequencer::next_to_run() {
  core::goroutine* next = nullptr;
  while (next == nullptr) {
    if (over_) return nullptr;
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
    } else if (decide()) {
      next = std::exchange(first_half_, nullptr);  // null: a timer's turn
    }
  }
  if (next->state == core::goroutine_state::fresh) start(*static_cast<fiber*>(next));
  return next;
}

void sequencer::start(fiber& g) {
  if (!g.resting) core::prepare(g.context, g.memory.base, g.memory.bytes, &entry, &g);
  g.resting = false;
}

}  // namespace heddle::explore
