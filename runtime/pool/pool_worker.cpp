#include "pool_worker.hpp"

#include <cassert>
#include <chrono>
#include <cstdlib>
#include <new>
#include <utility>

#include "turns.hpp"

namespace heddle::performance {

constinit thread_local worker* worker::this_threads_ = nullptr;

[[gnu::noinline]] worker* worker::current() noexcept {
  asm volatile("" ::: "memory");
  return this_threads_;
}

worker::worker(pool& home, unsigned index, std::unique_ptr<run_queue> policy)
    : home_(home),
      random_((home.seed() + index * 0x9e3779b9U) | 1),
      records_(home.table().depot()),
      stacks_(home.stacks().depot()),
      index_(index),
      policy_(std::move(policy)) {}

std::uint32_t worker::random() noexcept {  // xorshift
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  return random_;
}

void worker::work() {
  this_threads_ = this;
  exceptions_ = &core::this_threads_exceptions();
  [[maybe_unused]] const detail::unwatched_scope running;
  while (pooled_goroutine* next = find_work()) {
    core::execution_context& to = begin_turn(next, true);
    core::exchange_exceptions(own_, to, *exceptions_);
    core::switch_stacks(own_, to);
    arrive();  // a worker's own stack stays on its thread
    running_ = nullptr;
  }
  stacks_.flush();
  this_threads_ = nullptr;
}

// What could not be done while the stack that was left for good was in use.
void worker::clear_away() noexcept {
  any_left_ = false;
  core::discard(left_);
  const core::stack stack = std::exchange(left_stack_, {});
  if (stack.base == nullptr) return;
  if (home_.stacks().is_odd(stack))
    home_.stacks().give_back_odd(stack);
  else
    stacks_.put(free_node_on(stack));
}

bool worker::bind_stack(pooled_goroutine& g, bool may_map) {
  if (g.memory.bytes == 0) [[likely]] {
    free_node* node = stacks_.take();
    if (node == nullptr) {
      if (!may_map) return false;
      stacks_.adopt(home_.stacks().map_slab());
      node = stacks_.take();
    }
    g.memory = static_cast<free_stack*>(node)->memory;
  } else if (g.memory.base == nullptr) {
    if (!may_map) return false;
    g.memory = home_.stacks().take_odd(g.memory.bytes);
  }
  core::prepare(g.context, g.memory.base, g.memory.bytes, &enter, nullptr);
  return true;
}

// The stack is still in use. An odd one goes to a pool of all workers, so it has to wait; where
// contexts are tracked, whoever starts next is given a stack before this one has been left.
void worker::unbind_stack(pooled_goroutine& g) noexcept {
  left_ = g.context;
  if (!core::contexts_are_tracked && !home_.stacks().is_odd(g.memory))
    return stacks_.put(free_node_on(g.memory));
  left_stack_ = g.memory;
  any_left_ = true;
}

// The bottom of every stack: runs a goroutine, and those that start where it ends.
void worker::enter(void*) {
  worker* w = current();
  w->arrive();
  for (;;) {
    pooled_goroutine& g = *w->running_;
    w->run_task(g);
    w = current();
    if (w->home_.is_main(g)) w->end_program();
    pooled_goroutine* next = w->pick();
    const core::stack mine = g.memory;
    if (!core::contexts_are_tracked && next != nullptr &&
        next->state == core::goroutine_state::fresh && next->memory.bytes == 0 &&
        !w->home_.stacks().is_odd(mine)) {
      core::execution_context here = g.context;  // what sanitizers know of this stack stays
      w->release_record(g);
      next->context = here;
      next->memory = mine;
      next->state = core::goroutine_state::running;
      w->running_ = next;
      continue;
    }
    w->unbind_stack(g);
    w->release_record(g);
    w->leave_for_good(next);
  }
}

void worker::leave_for_good(pooled_goroutine* next) {
  core::switch_last(left_, begin_turn(next, false), *exceptions_);
}

void worker::run_task(pooled_goroutine& g) noexcept {
  detail::acquire_order(g.storage);  // pairs with start()
  try {
    g.work->run();
    if (g.task_is_inline)
      std::destroy_at(g.work.release());
    else
      g.work.reset();
  } catch (...) {
    current()->home_.end_by_uncaught_exception();
  }
}

void worker::end_program() {
  detail::release_order(&home_);
  home_.stop();
  pooled_goroutine& g = *running_;
  running_ = nullptr;
  left_ = g.context;
  any_left_ = core::contexts_are_tracked;
  g.state = core::goroutine_state::finished;
  home_.drop_name(g);
  core::switch_last(left_, own_, *exceptions_);
}

// Null where nobody here wants the turn; now and then those elsewhere are asked.
core::execution_context* worker::depart_for_a_turn() noexcept {
  pooled_goroutine& self = *running_;
  if (policy_) return depart_by_policy(self);
  if (!has_work()) {
    if (--yields_until_look_ != 0) [[likely]]
      return nullptr;
    if (!look_up()) return nullptr;
  }
  self.state = core::goroutine_state::runnable;
  yielding_ = &self;  // queued once its stack was left: a thief might run it before
  core::execution_context& to = begin_turn(pick(), false);
  core::exchange_exceptions(self.context, to, *exceptions_);
  return &to;
}

core::execution_context* worker::depart_by_policy(pooled_goroutine& self) noexcept {
  self.state = core::goroutine_state::runnable;
  push_to_policy(self, readied::yielded);
  core::execution_context& to = begin_turn(pick(), false);
  if (running_ == &self) return nullptr;
  core::exchange_exceptions(self.context, to, *exceptions_);
  return &to;
}

void worker::release_record(pooled_goroutine& g) noexcept {
  goroutines_.store(goroutines_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  if (g.name != nullptr) home_.drop_name(g);
  drop_record(g);
}

void worker::push_woken(pooled_goroutine& g) noexcept {
  if (!woken_.push(&g)) [[unlikely]] {
    pooled_goroutine* overflow[decltype(woken_)::capacity / 2];
    const std::uint32_t many = woken_.steal_half(overflow);
    for (std::uint32_t i = 0; i < many; ++i) overflow[i]->link = i + 1 < many ? overflow[i + 1] : nullptr;
    if (many > 0) home_.inject(*overflow[0], *overflow[many - 1], many);
    if (!woken_.push(&g)) home_.inject(g, g, 1);
  }
  if (detail::parallel()) home_.idle().work_came();
}

}  // namespace heddle::performance
