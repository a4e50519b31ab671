#include "pool.hpp"

#include <cassert>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "fatal_report.hpp"
#include "fifo_run_queue.hpp"
#include "thread_sanitizer.hpp"

namespace heddle::performance {

namespace {

std::unique_ptr<run_queue> make_queue(const run_options& options) {
  if (options.make_run_queue) return options.make_run_queue();
  return std::make_unique<fifo_run_queue>();
}

time_point steady_now() { return time_point(std::chrono::steady_clock::now().time_since_epoch()); }

// The first tick of a periodic timer after `now`: a late program does not catch up, as in Go.
time_point next_tick(const detail::timer_state& t, time_point now) {
  return t.deadline + t.period * (1 + (now - t.deadline) / t.period);
}

// A primitive took the wrong branch: our bug.
[[noreturn]] void refuse_exploration() {
  assert(false && "an operation was announced in performance mode");
  std::abort();
}

}  // namespace

pool::pool(const run_options& options, int procs)
    : stack_bytes_(options.stack_bytes),
      procs_(procs),
      queue_(make_queue(options)),
      blocking_(*queue_),
      random_(std::random_device{}()) {}

pool::~pool() {
  while (oldest_ != nullptr) abandon(*oldest_);
}

void pool::run_main(std::unique_ptr<detail::task> work, place at) {
  spawn(std::move(work), {"main", 0, at});
  main_ = newest_;
  while (main_ != nullptr) {
    pooled_goroutine* next = next_to_run();
    if (next == nullptr) {
      sleep();
      continue;
    }
    core::switch_to(worker_, begin_turn(next), core::this_threads_exceptions());
    free_finished();
  }
  drop_timers();
}

void pool::end_by_uncaught_exception() noexcept {
  end_process(panic_report(std::current_exception(), current_, oldest_));
}

void pool::spawn(std::unique_ptr<detail::task> work, const go_options& options) {
  auto made = std::make_unique<pooled_goroutine>();
  made->memory = stacks_.take(options.stack_bytes > 0 ? options.stack_bytes : stack_bytes_);
  pooled_goroutine& g = *made.release();  // freed when it has finished
  g.work = std::move(work);
  g.name = options.name;
  g.created_at = options.at;
  g.id = ++last_id_;
  g.parent = current_ == nullptr ? 0 : current_->id;
  g.home = this;
  core::prepare(g.context, g.memory.base, g.memory.bytes, &enter, &g);
  add_member(g);
  queue_->push(g, readied::spawned);
}

// The bottom of every goroutine's stack.
void pool::enter(void* argument) {
  auto& self = *static_cast<pooled_goroutine*>(argument);
  self.home->free_finished();
  core::acquire_order(self.work.get());
  core::acquire_order(self.memory.base);  // what has ended on this stack before
  try {
    self.work->run();
    self.work.reset();
  } catch (...) {
    self.home->end_by_uncaught_exception();
  }
  self.home->finish(self);
}

void pool::finish(pooled_goroutine& self) {
  core::release_order(self.memory.base);
  self.state = core::goroutine_state::finished;
  finished_ = &self;
  const bool program_ends = &self == main_;
  if (program_ends) main_ = nullptr;
  core::switch_last(self.context, begin_turn(program_ends ? nullptr : next_to_run()),
                    core::this_threads_exceptions());
}

// Gives the turn to the next goroutine, and returns when `self`, which is queued or blocked, has
// it again.
void pool::stop_running(pooled_goroutine& self) {
  pooled_goroutine* next = next_to_run();
  core::execution_context& to = begin_turn(next);
  if (next == &self) return;
  core::switch_to(self.context, to, core::this_threads_exceptions());
  free_finished();
}

// What came from outside is readied first. Not a goroutine's doing, hence no current one; an
// exception from here (no memory for an after_func's goroutine) is nobody's to catch.
pooled_goroutine* pool::next_to_run() noexcept {
  const core::unwatched_scope not_the_goroutines;
  current_ = nullptr;
  if (outstanding_calls_ > 0) collect_blocking_calls();
  if (!timers_.empty()) fire_due_timers();
  return static_cast<pooled_goroutine*>(queue_->pop());
}

// Notes whose turn it is; null is the worker's. Returns what to switch to.
core::execution_context& pool::begin_turn(pooled_goroutine* next) noexcept {
  current_ = next;
  if (next == nullptr) return worker_;
  next->state = core::goroutine_state::running;
  return next->context;
}

void pool::free_finished() noexcept {
  if (finished_ == nullptr) return;
  const core::unwatched_scope of_the_next_goroutine;
  const std::unique_ptr<pooled_goroutine> g(std::exchange(finished_, nullptr));
  remove_member(*g);
  core::discard(g->context);
  stacks_.give_back(g->memory);
}

void pool::collect_blocking_calls() {
  for (blocking_call* call : blocking_.take_finished()) {
    --outstanding_calls_;
    call->caller.in_blocking_call = false;
    ready(call->caller);
  }
}

void pool::fire_due_timers() {
  const time_point now = steady_now();
  while (const std::shared_ptr<detail::timer_state> due = timers_.take_due(now)) {
    due->armed = due->period > duration::zero();
    if (due->armed) {
      due->deadline = next_tick(*due, now);
      timers_.add(due);
    }
    due->fire(now);
  }
}

// The program has ended. One by one: dropping an after_func's function runs its destructor.
void pool::drop_timers() {
  while (const std::shared_ptr<detail::timer_state> t = timers_.take_due(time_point::max()))
    t->armed = false;
}

// Called when no goroutine can run.
void pool::sleep() {
  if (outstanding_calls_ == 0 && !timers_.any_awaited()) end_process(deadlock_report(oldest_));
  auto until = run_queue::time_point::max();
  if (!timers_.empty()) until = run_queue::time_point(timers_.earliest().time_since_epoch());
  queue_->sleep_until(until);
}

void pool::park(const core::operation& why) {
  assert(current_ != nullptr);
  pooled_goroutine& self = *current_;
  self.waiting = why;
  self.state = core::goroutine_state::blocked;
  stop_running(self);
  core::acquire_order(&self);
}

void pool::ready(core::goroutine& g) {
  assert(g.state == core::goroutine_state::blocked);
  core::release_order(&g);  // acquired when it goes on
  g.state = core::goroutine_state::runnable;
  queue_->push(static_cast<pooled_goroutine&>(g), readied::woken);
}

void pool::yield(place) {
  assert(current_ != nullptr);
  pooled_goroutine& self = *current_;
  self.state = core::goroutine_state::runnable;
  queue_->push(self, readied::yielded);
  stop_running(self);
}

time_point pool::now(place) { return steady_now(); }

void pool::arm(detail::timer_state& t) { timers_.add(t.shared_from_this()); }

void pool::disarm(detail::timer_state& t) { timers_.remove(t); }

int pool::choose(int n, place) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

int pool::num_goroutines(place) { return members_; }

int pool::max_procs(int n) { return n > 0 ? std::exchange(procs_, n) : procs_; }

void pool::run_blocking(const std::function<void()>& f, place at) {
  assert(current_ != nullptr);
  pooled_goroutine& self = *current_;
  blocking_call call{f, self, nullptr};
  blocking_.start(call);
  ++outstanding_calls_;
  self.in_blocking_call = true;
  core::operation why;
  why.at = at;
  park(why);
  if (call.failure != nullptr) std::rethrow_exception(call.failure);
}

void pool::note_failure(const panic&) {}

bool pool::announce(std::span<const core::operation>, core::decision&) { refuse_exploration(); }

void pool::note_value(std::uint64_t) { refuse_exploration(); }

void pool::plain_access(const core::memory_access&) { refuse_exploration(); }

core::object_id pool::name_object(const char*, place) { return 0; }

void pool::add_member(pooled_goroutine& g) noexcept {
  g.previous = newest_;
  (newest_ == nullptr ? oldest_ : newest_->following) = &g;
  newest_ = &g;
  ++members_;
}

void pool::remove_member(pooled_goroutine& g) noexcept {
  (g.previous == nullptr ? oldest_ : g.previous->following) = g.following;
  (g.following == nullptr ? newest_ : g.following->previous) = g.previous;
  --members_;
}

// What an abandoned goroutine owns is lost, as at the end of a Go program: its destructors may
// refer to what main has destroyed. A blocking call still uses the stack that it was made on.
void pool::abandon(pooled_goroutine& g) noexcept {
  remove_member(g);
  const bool stack_in_use = g.in_blocking_call;
  if (core::keep_abandoned(g.context) || stack_in_use) return;
  static_cast<void>(g.work.release());
  core::discard(g.context);
  stacks_.give_back(g.memory);
  delete &g;
}

}  // namespace heddle::performance
