#include "pool.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <random>
#include <system_error>
#include <utility>

#include "fatal_report.hpp"
#include "mode.hpp"
#include "overflow.hpp"
#include "scheduling.hpp"
#include "turns.hpp"

namespace heddle::performance {

namespace {

time_point steady_now() { return time_point(std::chrono::steady_clock::now().time_since_epoch()); }

// A primitive took the wrong branch: our bug.
[[noreturn]] void refuse_exploration() {
  assert(false && "an operation was announced in performance mode");
  std::abort();
}

// With a run queue of its own a program has one worker.
unsigned procs_for(const run_options& options, int procs) {
  if (options.make_run_queue) return 1;
  return static_cast<unsigned>(std::clamp(procs, 1, static_cast<int>(pool::most_workers)));
}

worker& here() {
  worker* w = worker::current();
  if (w == nullptr) core::refuse_outside();
  return *w;
}

}  // namespace

pool::pool(const run_options& options, int procs)
    : stack_bytes_(options.stack_bytes),
      own_policy_(options.make_run_queue != nullptr),
      seed_(std::random_device{}()),
      procs_(procs_for(options, procs)),
      stacks_(options.stack_bytes),
      parking_(most_workers),
      blocking_(*this) {
  workers_[0] = std::make_unique<worker>(
      *this, 0, own_policy_ ? options.make_run_queue() : std::unique_ptr<run_queue>());
  started_.store(1, std::memory_order_release);
}

pool::~pool() {
  // A call that outlasts the program is on one of the stacks. Which ones is not known for sure: it
  // may be finished and about to say so.
  const bool calls_outlast = outstanding_calls_.load() > 0;
  bool in_use = calls_outlast;
  table_.for_each([&](pooled_goroutine& g) {
    delete[] std::exchange(g.name, nullptr);        // nobody looks at this program any more
    if (g.state == core::goroutine_state::fresh) {  // it has no stack, but a function
      in_use = in_use || core::leaks_are_looked_for;
      return;
    }
    if (core::keep_abandoned(g.context))
      in_use = true;
    else if (!calls_outlast && stacks_.is_odd(g.memory))
      stacks_.give_back_odd(g.memory);
    core::discard(g.context);
  });
  if (!in_use) return;
  stacks_.leak();
  table_.leak();
}

void pool::run_main(std::unique_ptr<detail::task> work, place at) {
  worker& first = *workers_[0];
  pooled_goroutine& g = first.take_record(at);
  g.work = std::move(work);
  g.task_is_inline = false;
  set_name(g, "main");
  main_ = &g;
  first.start(g);
  try {
    start_workers(procs());
  } catch (const std::exception&) {
    // Those that there are do as well; max_procs() tells how many.
  }
  first.work();
  detail::acquire_order(this);  // of main
  for (std::thread& t : take_threads()) t.join();
  drop_timers();
  count_as_parallel(false);
}

// Once the program is stopping: nobody starts another after this.
std::vector<std::thread> pool::take_threads() {
  const std::lock_guard hold(procs_mutex_);
  return std::exchange(threads_, {});
}

// All that can be had, if it throws. None in a program that is stopping.
void pool::start_workers(unsigned procs) {
  const std::lock_guard hold(procs_mutex_);
  if (stopping()) return;
  procs_.store(procs, std::memory_order_release);
  if (procs > 1) count_as_parallel(true);
  std::exception_ptr failure;
  try {
    while (started() < procs) start_worker();
  } catch (...) {
    failure = std::current_exception();
    procs_.store(started(), std::memory_order_release);
    if (started() == 1) count_as_parallel(false);
  }
  // Sequentially consistent, as in stop(): if the program is stopping by now, either this sees it,
  // or stop() has not yet asked for attention and what is stored here does not undo that.
  attention_.store(this->procs() < started(), std::memory_order_seq_cst);
  if (stopping_.load(std::memory_order_seq_cst)) attention_.store(true, std::memory_order_seq_cst);
  for (unsigned i = 0; i < started(); ++i) parking_.wake(i);
  if (failure != nullptr) std::rethrow_exception(failure);
}

// It counts as started before its thread may run, and no more where there is no thread for it.
// Others may have looked at it meanwhile, so it stays, for the next attempt. REQUIRES:
// procs_mutex_.
void pool::start_worker() {
  const unsigned index = started();
  if (workers_[index] == nullptr) workers_[index] = std::make_unique<worker>(*this, index, nullptr);
  threads_.reserve(most_workers);
  started_.store(index + 1, std::memory_order_release);
  try {
    threads_.emplace_back([this, index] {
      const core::engine_of_thread installed(*this);
      const overflow_handler watching;
      workers_[index]->work();
    });
  } catch (...) {
    started_.store(index, std::memory_order_release);
    throw;
  }
}

void pool::count_as_parallel(bool parallel) noexcept {
  if (parallel_ == parallel) return;
  parallel_ = parallel;
  detail::parallel_programs.fetch_add(parallel ? 1 : -1, std::memory_order_relaxed);
}

void pool::stop() noexcept {
  stopping_.store(true, std::memory_order_seq_cst);
  attention_.store(true, std::memory_order_seq_cst);
  for (unsigned i = 0; i < started(); ++i) parking_.wake(i);
  if (run_queue* policy = workers_[0]->policy()) policy->notify();
}

void pool::spawn(std::unique_ptr<detail::task> work, const go_options& options) {
  worker& w = here();
  pooled_goroutine& g = w.take_record(options.at);
  g.work = std::move(work);
  g.task_is_inline = false;
  if (!options.name.empty()) set_name(g, options.name);
  if (options.stack_bytes > 0 && options.stack_bytes != stack_bytes_)
    g.memory.bytes = options.stack_bytes;
  w.start(g);
}

core::goroutine* pool::current() noexcept {
  worker* w = worker::current();
  return w == nullptr ? nullptr : w->running();
}

void pool::park(const core::operation& why) { suspend(nullptr, why.kind, why.address, why.at); }

void pool::ready(core::goroutine& g) { resume(g); }

void pool::yield(place) { performance::yield(); }

time_point pool::now(place) { return steady_now(); }

void pool::arm(detail::timer_state& t) {
  const duration::rep due = t.deadline.time_since_epoch().count();
  here().timers().add(t);  // from now on another worker may fire it, and move the deadline
  if (!detail::parallel()) return;
  std_atomics::light_barrier();  // pairs with the heavy one in start_watch()
  if (parking_.any_asleep() && due < watched_until_.load(std::memory_order_relaxed))
    parking_.wake_one();
}

void pool::disarm(detail::timer_state& t) {
  if (void* shelf = t.home.shelf())
    static_cast<timer_shelf*>(shelf)->remove(t);
  else
    ++t.arming;  // it is about to fire
}

int pool::choose(int n, place) { return random_below(n); }

int pool::num_goroutines(place) {
  std::int64_t sum = 0;
  for (unsigned i = 0; i < started(); ++i) sum += workers_[i]->goroutines();
  return static_cast<int>(sum);
}

int pool::max_procs(int n) {
  const int before = static_cast<int>(procs());
  if (n <= 0 || own_policy_ || n == before) return before;
  const unsigned wanted = static_cast<unsigned>(std::min(n, static_cast<int>(most_workers)));
  try {
    start_workers(wanted);
  } catch (const std::system_error& e) {
    throw std::system_error(e.code(), "heddle::max_procs: " + std::to_string(procs()) + " of " +
                                          std::to_string(wanted) +
                                          " workers run, there is no thread for another");
  }
  return before;
}

void pool::run_blocking(const std::function<void()>& f, place at) {
  worker& w = here();
  if (w.running() == nullptr) core::refuse_outside();
  pooled_goroutine& self = *w.running();
  blocking_call call{f, self, nullptr, {}};
  call.leaving.lock_always();
  outstanding_calls_.fetch_add(1, std::memory_order_seq_cst);
  self.in_blocking_call = true;
  try {
    blocking_.start(call);
  } catch (...) {
    self.in_blocking_call = false;
    outstanding_calls_.fetch_sub(1, std::memory_order_seq_cst);
    throw;
  }
  suspend(&call.leaving, core::op_kind::start, nullptr, at);
  outstanding_calls_.fetch_sub(1, std::memory_order_seq_cst);
  detail::acquire_order(&call);
  if (call.failure != nullptr) std::rethrow_exception(call.failure);
}

// On the call's own thread. It counts as outstanding until its goroutine runs again.
void pool::call_is_finished(blocking_call& call) noexcept {
  pooled_goroutine& caller = call.caller;
  detail::release_order(&call);
  call.leaving.lock_always();
  caller.in_blocking_call = false;
  caller.state = core::goroutine_state::runnable;
  inject_from_outside(caller);
}

void pool::note_failure(const panic&) {}

bool pool::announce(std::span<const core::operation>, core::decision&) { refuse_exploration(); }

void pool::note_value(std::uint64_t) { refuse_exploration(); }

void pool::plain_access(const core::memory_access&) { refuse_exploration(); }

core::object_id pool::name_object(const char*, place) { return 0; }

void pool::set_name(pooled_goroutine& g, std::string_view name) {
  auto* text = new char[name.size() + 1];
  text[name.copy(text, name.size())] = '\0';
  const std::lock_guard hold(names_mutex_);
  g.name = text;
}

void pool::drop_name(pooled_goroutine& g) noexcept {
  const std::lock_guard hold(names_mutex_);
  if (!reporting_.load(std::memory_order_relaxed)) delete[] g.name;
  g.name = nullptr;
}

std::vector<const pooled_goroutine*> pool::all_goroutines() {
  std::vector<const pooled_goroutine*> all;
  table_.for_each([&](const pooled_goroutine& g) { all.push_back(&g); });
  std::ranges::sort(all, {}, [](const pooled_goroutine* g) { return g->id; });
  return all;
}

// The other workers come to rest first where they do so soon: their goroutines' states are read.
void pool::end_by_uncaught_exception() noexcept {
  reporting_.store(true, std::memory_order_relaxed);
  if (has_several()) {
    stop();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  worker* w = worker::current();
  end_process(panic_report(std::current_exception(), w == nullptr ? nullptr : w->running(),
                           all_goroutines()));
}

void pool::end_if_overflown(const void* address) noexcept {
  worker* w = worker::current();
  const pooled_goroutine* g = w == nullptr ? nullptr : w->running();
  if (g == nullptr || !stacks_.is_guard(address, g->memory)) return;
  end_by_overflow(*g);
}

}  // namespace heddle::performance
