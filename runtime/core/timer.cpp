#include "timer.hpp"

#include <algorithm>
#include <mutex>

#include "channel.hpp"
#include "heddle/go.hpp"
#include "scheduling.hpp"

namespace heddle {

namespace detail {

using core::op_kind;

timer_state::timer_state(place made_at) : id(name_object("timer", made_at)), at(made_at) {}

timer_state::~timer_state() { release(sink); }

void timer_state::fire(time_point now) {
  if (sleeper != nullptr) {
    if (!abandoned) core::ready_last(*sleeper);
    return;
  }
  if (sink != nullptr) sink->try_send(&now);  // a full buffer drops the tick
  lock.unlock();
  if (function) spawn_bound(at, function);
}

namespace {

core::operation arming(const timer_state& t, duration delay, place at) {
  core::operation op = core::make_operation(op_kind::timer_arm, t.id, &t, at,
                                            static_cast<std::uint64_t>(delay.count()));
  op.extra = static_cast<std::uint64_t>(t.period.count());
  if (t.sink != nullptr) {
    const core::operation onto = describe(*t.sink, op_kind::send, at);
    op.second = onto.object;
    op.second_address = onto.address;
  }
  return op;
}

// A timer that sends on a channel of its own.
std::shared_ptr<timer_state> sending_timer(duration period, place at) {
  channel* sink = make_channel(element_type_of<time_point>(), 1, at);
  auto state = std::make_shared<timer_state>(at);
  state->sink = sink;
  state->period = period;
  return state;
}

recv_chan<time_point> channel_of(const timer_state& t) {
  retain(t.sink);
  return chan<time_point>(channel_handle(t.sink));
}

// Takes back what was sent before. REQUIRES: t.lock, so that nothing is being sent.
void drain(timer_state& t) {
  if (t.sink == nullptr || t.sink->len() == 0) return;
  const std::lock_guard hold(t.sink->lock());
  t.sink->drain();
}

void disarm(timer_state& t, core::engine& e) {
  if (!t.armed) return;
  e.disarm(t);
  t.armed = false;
}

void arm_locked(timer_state& t, duration delay, core::engine& e, place at) {
  const time_point now = e.now(at);
  t.deadline = delay < time_point::max() - now ? now + delay : time_point::max();
  t.armed = true;
  release_order(&t);
  e.arm(t);
}

// Arms `t` for `delay` from now as one operation; says whether it had been armed.
bool arm(timer_state& t, duration delay, place at) {
  if (delay < duration::zero()) delay = duration::zero();
  if (exploring && !core::announce(arming(t, delay, at))) return false;
  core::engine& e = core::current_engine();
  const std::lock_guard hold(t.lock);
  const bool was = t.armed;
  disarm(t, e);
  drain(t);
  arm_locked(t, delay, e, at);
  return was;
}

// The first arming, of a timer that nobody else knows.
void arm_new(timer_state& t, duration delay, place at) {
  if (exploring) [[unlikely]]
    arm(t, delay, at);
  else
    arm_locked(t, std::max(delay, duration::zero()), core::current_engine(), at);
}

bool stop(timer_state& t, place at) {
  if (exploring) [[unlikely]] {
    core::operation op = arming(t, duration::zero(), at);
    op.kind = op_kind::timer_stop;
    if (!core::announce(op)) return false;
  }
  const std::lock_guard hold(t.lock);
  const bool was = t.armed;
  disarm(t, core::current_engine());
  drain(t);
  return was;
}

}  // namespace

}  // namespace detail

time_point clock::now(place at) {
  if (detail::exploring)
    core::announce(core::make_operation(core::op_kind::clock_read, 0, nullptr, at));
  return core::current_engine().now(at);
}

namespace {

void sleep_explored(duration d, place at) {
  core::engine& e = core::current_engine();
  const auto state = std::make_shared<detail::timer_state>(at);
  state->sleeper = e.current();
  if (state->sleeper == nullptr || state->sleeper->unwinding) return;
  detail::arm(*state, d, at);
  try {
    e.park(core::make_operation(core::op_kind::sleep, state->id, state.get(), at));
  } catch (const core::unwind&) {
    state->abandoned = true;
    throw;
  }
}

}  // namespace

void sleep_for(duration d, place at) {
  if (d <= duration::zero()) return;
  if (detail::exploring) [[unlikely]]
    return sleep_explored(d, at);
  detail::timer_state state(at);  // on the sleeper's stack, like a waiter
  state.lock.lock();
  state.sleeper = core::self_holding(state.lock);
  detail::arm_locked(state, d, core::current_engine(), at);
  core::park(state.lock, core::op_kind::sleep, state.id, &state, at);
}

timer::timer(duration d, place at)
    : state_(detail::sending_timer(duration::zero(), at)), channel_(detail::channel_of(*state_)) {
  detail::arm_new(*state_, d, at);
}

timer::timer(std::shared_ptr<detail::timer_state> state) : state_(std::move(state)) {}

bool timer::stop(place at) { return detail::stop(*state_, at); }

bool timer::reset(duration d, place at) { return detail::arm(*state_, d, at); }

ticker::ticker(duration period, place at)
    : state_(detail::sending_timer(period, at)), channel_(detail::channel_of(*state_)) {
  if (period <= duration::zero())
    throw panic(panic_kind::panic, "non-positive interval for ticker", at);
  detail::arm(*state_, period, at);
}

ticker::~ticker() = default;  // an unstopped ticker goes on, as in Go

void ticker::stop(place at) { detail::stop(*state_, at); }

void ticker::reset(duration period, place at) {
  if (period <= duration::zero())
    throw panic(panic_kind::panic, "non-positive interval for ticker", at);
  {
    const std::lock_guard hold(state_->lock);  // a worker may be firing it
    state_->period = period;
  }
  detail::arm(*state_, period, at);
}

recv_chan<time_point> after(duration d, place at) { return timer(d, at).channel(); }

recv_chan<time_point> tick(duration period, place at) {
  if (period <= duration::zero()) return {};
  return ticker(period, at).channel();
}

timer after_func(duration d, std::function<void()> f, place at) {
  auto state = std::make_shared<detail::timer_state>(at);
  state->function = std::move(f);
  detail::arm_new(*state, d, at);
  return timer(std::move(state));
}

}  // namespace heddle
