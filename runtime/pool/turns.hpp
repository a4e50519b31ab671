// The parts of a worker that run at every turn, for inlining.
#pragma once

#include "heddle/detail/thread_sanitizer.hpp"
#include "pool.hpp"
#include "pool_worker.hpp"

namespace heddle::performance {

constexpr std::uint32_t turns_between_fair_picks = 64;
constexpr std::uint32_t ids_at_once = 256;

inline bool worker::must_leave() const noexcept {
  return home_.wants_attention() && (home_.stopping() || home_.is_surplus(index_));
}

// Its own, and those of surplus workers, who may have gone.
inline bool worker::timers_are_due() noexcept {
  if (timers_.earliest() == time_point::max() && !home_.wants_attention()) return false;
  return --turns_until_clock_ == 0 && clock_says_due();
}

inline pooled_goroutine* worker::pick() noexcept {
  if (policy_) [[unlikely]]
    return pick_by_policy();
  if (must_leave()) [[unlikely]]
    return nullptr;
  const std::uint32_t turn = tick_.load(std::memory_order_relaxed) + 1;
  tick_.store(turn, std::memory_order_relaxed);
  if (turn == fair_turn_) [[unlikely]] {
    if (pooled_goroutine* g = pick_fairly()) return g;
    if (others_timers_are_due_) return nullptr;
  }
  if (timers_are_due()) [[unlikely]]
    return nullptr;
  if (pooled_goroutine* g = slot_.take()) return g;
  if (pooled_goroutine* g = spawned_.pop()) return g;
  if (pooled_goroutine* g = woken_.pop()) return g;
  return home_.anything_injected() ? home_.take_injected() : nullptr;
}

// Notes whose turn it is; null is the worker's own stack. Returns what to switch to. Where no stack
// is at hand for a goroutine that starts, and none may be mapped here, the own stack sees to it.
inline core::execution_context& worker::begin_turn(pooled_goroutine* next, bool may_map) noexcept {
  running_ = next;
  if (next == nullptr) return own_;
  if (next->state == core::goroutine_state::fresh && !bind_stack(*next, may_map)) {
    unbound_ = std::exchange(running_, nullptr);
    return own_;
  }
  next->state = core::goroutine_state::running;
  return next->context;
}

inline core::execution_context& worker::depart(detail::spin_lock* held) noexcept {
  pooled_goroutine& self = *running_;
  pooled_goroutine* next = pick();
  held_ = held;
  core::execution_context& to = begin_turn(next, false);
  core::exchange_exceptions(self.context, to, *exceptions_);
  return to;
}

inline pooled_goroutine& worker::take_record(place at) {
  free_node* node = records_.take();
  if (node == nullptr) [[unlikely]] {
    [[maybe_unused]] const detail::unwatched_scope growing;
    records_.adopt(home_.table().make_batch());
    node = records_.take();
  }
  pooled_goroutine& g = record_of(node);
  detail::forget_memory(g.storage, sizeof g.storage);
  g.created_at = at;
  if (next_id_ == last_id_) [[unlikely]] {
    next_id_ = home_.take_ids(ids_at_once);
    last_id_ = next_id_ + ids_at_once;
  }
  g.id = ++next_id_;
  g.parent = running_ == nullptr ? 0 : running_->id;
  g.memory = {};
  return g;
}

inline void worker::push_to_policy(pooled_goroutine& g, readied how) noexcept {
  [[maybe_unused]] const detail::unwatched_scope its_own;
  policy_->push(g, how);
}

inline void worker::start(pooled_goroutine& g) noexcept {
  detail::release_order(g.storage);
  [[maybe_unused]] const detail::unwatched_scope queueing;
  g.state = core::goroutine_state::fresh;
  goroutines_.store(goroutines_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (policy_) return push_to_policy(g, readied::spawned);
  spawned_.push(&g);
  if (detail::parallel()) home_.idle().work_came();
}

inline void worker::drop_record(pooled_goroutine& g) noexcept {
  g.state = core::goroutine_state::finished;
  records_.put(free_node_in(g));
}

inline void worker::resume(pooled_goroutine& g) noexcept {
  g.state = core::goroutine_state::runnable;
  if (policy_) return push_to_policy(g, readied::woken);
  if (pooled_goroutine* before = slot_.put(&g)) push_woken(*before);
}

inline void worker::resume_last(pooled_goroutine& g) noexcept {
  g.state = core::goroutine_state::runnable;
  if (policy_) return push_to_policy(g, readied::woken);
  push_woken(g);
}

}  // namespace heddle::performance
