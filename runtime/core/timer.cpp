#include "timer.hpp"

#include "channel.hpp"
#include "heddle/go.hpp"
#include "locks.hpp"

namespace heddle {

namespace detail {

using core::op_kind;

timer_state::timer_state(place made_at) : id(name_object("timer", made_at)), at(made_at) {}

timer_state::~timer_state() { release(sink); }

void timer_state::fire(time_point now) {
  if (abandoned) return;
  core::acquire_order(this);
  if (sleeper != nullptr) {
    core::current_engine().ready(*sleeper);
  } else if (sink != nullptr) {
    sink->try_send(&now);  // a full buffer drops the tick
  } else if (function) {
    heddle::go(go_options{{}, 0, at}, function);
  }
}

namespace {

core::operation arming(const timer_state& t, duration delay, place at) {
  core::operation op = core::make_operation(op_kind::timer_arm, t.id, &t, at,
                                            static_cast<std::uint64_t>(delay.count()));
  op.extra = static_cast<std::uint64_t>(t.period.count());
  if (t.sink != nullptr) {
    const core::operation onto = t.sink->describe(op_kind::send, at);
    op.second = onto.object;
    op.second_address = onto.address;
  }
  return op;
}

void disarm(timer_state& t, core::engine& e) {
  if (!t.armed) return;
  e.disarm(t);
  t.armed = false;
}

// Arms `t` for `delay` from now as one operation; says whether it had been armed.
bool arm(timer_state& t, duration delay, place at) {
  if (delay < duration::zero()) delay = duration::zero();
  if (exploring && !core::announce(arming(t, delay, at))) return false;
  core::engine& e = core::current_engine();
  const bool was = t.armed;
  disarm(t, e);
  if (t.sink != nullptr) t.sink->drain();
  const time_point now = e.now(at);
  t.deadline = delay < time_point::max() - now ? now + delay : time_point::max();
  t.armed = true;
  core::release_order(&t);
  e.arm(t);
  return was;
}

bool stop(timer_state& t, place at) {
  core::operation op = arming(t, duration::zero(), at);
  op.kind = op_kind::timer_stop;
  if (exploring && !core::announce(op)) return false;
  const bool was = t.armed;
  disarm(t, core::current_engine());
  if (t.sink != nullptr) t.sink->drain();
  return was;
}

// A timer that sends on `c`, which it keeps alive.
std::shared_ptr<timer_state> sending_timer(const chan<time_point>& c, duration period, place at) {
  auto state = std::make_shared<timer_state>(at);
  state->sink = c.handle().get();
  retain(state->sink);
  state->period = period;
  return state;
}

}  // namespace

}  // namespace detail

time_point clock::now(place at) {
  if (detail::exploring)
    core::announce(core::make_operation(core::op_kind::clock_read, 0, nullptr, at));
  return core::current_engine().now(at);
}

void sleep_for(duration d, place at) {
  if (d <= duration::zero()) return;
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

timer::timer(duration d, place at) : timer(nullptr, make_chan<time_point>(1, at)) {
  state_ = detail::sending_timer(sink_, duration::zero(), at);
  detail::arm(*state_, d, at);
}

timer::timer(std::shared_ptr<detail::timer_state> state, chan<time_point> c)
    : state_(std::move(state)), sink_(std::move(c)), channel_(sink_) {}

bool timer::stop(place at) { return detail::stop(*state_, at); }

bool timer::reset(duration d, place at) { return detail::arm(*state_, d, at); }

ticker::ticker(duration period, place at)
    : sink_(make_chan<time_point>(1, at)), channel_(sink_) {
  if (period <= duration::zero())
    throw panic(panic_kind::panic, "non-positive interval for ticker", at);
  state_ = detail::sending_timer(sink_, period, at);
  detail::arm(*state_, period, at);
}

ticker::~ticker() = default;  // an unstopped ticker goes on, as in Go

void ticker::stop(place at) { detail::stop(*state_, at); }

void ticker::reset(duration period, place at) {
  if (period <= duration::zero())
    throw panic(panic_kind::panic, "non-positive interval for ticker", at);
  state_->period = period;
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
  detail::arm(*state, d, at);
  return timer(std::move(state), {});
}

}  // namespace heddle
