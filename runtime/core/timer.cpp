#include "timer.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "channel.hpp"
#include "context_switch.hpp"
#include "heddle/go.hpp"
#include "scheduling.hpp"

namespace heddle {

namespace detail {

using core::op_kind;

namespace {

constexpr std::uint16_t bytes_before_channel = sizeof(timer_state);
static_assert(sizeof(timer_state) % alignof(channel) == 0 &&
              alignof(timer_state) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

}  // namespace

timer_state::timer_state(place made_at, duration every)
    : period(every), home(every > duration::zero()), id(name_object("timer", made_at)), at(made_at) {}

channel* make_sending_timer(duration period, place at) {
  channel* sink = channel::make(element_type_of<time_point>(), 1, at, bytes_before_channel);
  auto* t = new (&timer_of(*sink)) timer_state(at, period);
  t->sink = sink;
  return sink;
}

timer_state& timer_of(const channel& sink) noexcept {
  auto* behind = reinterpret_cast<std::byte*>(const_cast<channel*>(&sink));
  return *reinterpret_cast<timer_state*>(behind - bytes_before_channel);
}

void retain(timer_state* t) noexcept {
  if (t == nullptr) return;
  if (t->sink != nullptr) return t->sink->retain();
  t->handles.fetch_add(1, std::memory_order_relaxed);
}

void release(timer_state* t) noexcept {
  if (t == nullptr) return;
  if (t->sink != nullptr) return t->sink->release();
  release_order(t);
  if (!t->home.release(t->handles)) return;
  acquire_order(t);  // of all who had a share
  delete static_cast<function_timer*>(t);
}

namespace {

// A handle's share of a timer with a function.
class function_share {
 public:
  explicit function_share(timer_state& t) noexcept : timer_(&t) {}
  function_share(function_share&& from) noexcept : timer_(std::exchange(from.timer_, nullptr)) {}
  ~function_share() { release(timer_); }
  void operator()() const { static_cast<function_timer*>(timer_)->function(); }

 private:
  timer_state* timer_;
};

}  // namespace

void release_in_goroutine(timer_state& t) {
  if (t.sink != nullptr) return t.sink->release();
  if (!t.home.release(t.handles)) return;
  spawn_bound(t.at, [last = static_cast<function_timer*>(&t)] {
    acquire_order(last);
    delete last;
  });
}

void abandon(timer_state& t) {
  if (t.sink != nullptr) return t.sink->release();
  if (!t.home.release(t.handles) || !core::leaks_are_looked_for) return;
  static std::mutex kept_mutex;  // never deleted, on purpose; to be found by leak checkers
  static auto& kept = *new std::vector<timer_state*>;
  const std::lock_guard hold(kept_mutex);
  kept.push_back(&t);
}

void timer_state::fire(time_point now) {
  if (sleeper != nullptr) {
    if (!abandoned) core::ready_last(*sleeper);
    return;
  }
  if (sink != nullptr) {
    sink->try_send(&now);  // a full buffer drops the tick
    return lock.unlock();
  }
  lock.unlock();
  if (exploring) return spawn_bound(at, static_cast<function_timer*>(this)->function);
  retain(this);
  spawn_bound(at, function_share(*this));
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

// Takes back what was sent before, and says whether there was anything: a timer whose value nobody
// received counts as one that has not fired. REQUIRES: t.lock, so that nothing is being sent.
bool drain(timer_state& t) {
  if (t.sink == nullptr || t.sink->len() == 0) return false;
  const std::lock_guard hold(t.sink->lock());
  const bool any = t.sink->len() > 0;  // a receiver may have been faster
  t.sink->drain();
  return any;
}

// REQUIRES: t.lock.
void disarm(timer_state& t, core::engine& e) {
  if (!t.armed) return;
  e.disarm(t);
  t.armed = false;
}

}  // namespace

// On a thread without an engine the shelf's program may be ending.
bool disarm_unheld(timer_state& t) noexcept {
  core::engine* const e = core::current_engine_or_null();
  if (e == nullptr) return false;
  const std::lock_guard hold(t.lock);
  disarm(t, *e);
  return true;
}

namespace {

void arm_locked(timer_state& t, duration delay, core::engine& e, place at) {
  const time_point now = e.now(at);
  t.deadline = delay < time_point::max() - now ? now + delay : time_point::max();
  t.armed = true;
  release_order(&t);
  e.arm(t);
}

// Arms `t` for `delay` from now as one operation; says whether that put off what was to come.
bool arm(timer_state& t, duration delay, place at) {
  if (delay < duration::zero()) delay = duration::zero();
  if (exploring && !core::announce(arming(t, delay, at))) return false;
  core::engine& e = core::current_engine();
  const std::lock_guard hold(t.lock);
  const bool was = t.armed;
  disarm(t, e);
  const bool taken_back = drain(t);
  arm_locked(t, delay, e, at);
  return was || taken_back;
}

// The first arming, of a timer that nobody else knows.
void arm_new(timer_state& t, duration delay, place at) {
  if (exploring) [[unlikely]]
    arm(t, delay, at);
  else
    arm_locked(t, std::max(delay, duration::zero()), core::current_engine(), at);
}

// A new timer's channel, armed.
recv_chan<time_point> arm_new_sending(duration delay, place at) {
  channel_handle sink(make_sending_timer(duration::zero(), at));
  arm_new(timer_of(*sink.get()), delay, at);
  return chan<time_point>(std::move(sink));
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
  return drain(t) || was;
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
  const detail::timer_handle owned(new detail::function_timer(at));
  detail::timer_state& t = *owned.get();
  t.sleeper = e.current();
  if (t.sleeper == nullptr || t.sleeper->unwinding) return;
  detail::arm(t, d, at);
  try {
    e.park(core::make_operation(core::op_kind::sleep, t.id, &t, at));
  } catch (const core::unwind&) {
    t.abandoned = true;
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

timer::timer(duration d, place at) : channel_(detail::arm_new_sending(d, at)) {}

timer::timer(detail::timer_handle calls_function) : calls_function_(std::move(calls_function)) {}

detail::timer_state& timer::state() const noexcept {
  return channel_ ? detail::timer_of(*channel_.handle().get()) : *calls_function_.get();
}

bool timer::stop(place at) { return detail::stop(state(), at); }

bool timer::reset(duration d, place at) { return detail::arm(state(), d, at); }

ticker::ticker(duration period, place at)
    : channel_(chan<time_point>(detail::channel_handle(detail::make_sending_timer(period, at)))) {
  if (period <= duration::zero())
    throw panic(panic_kind::panic, "non-positive interval for ticker", at);
  detail::arm_new(state(), period, at);
}

ticker::~ticker() = default;  // as since Go 1.23, it ticks on for who has its channel, no longer

detail::timer_state& ticker::state() const noexcept {
  return detail::timer_of(*channel_.handle().get());
}

void ticker::stop(place at) { detail::stop(state(), at); }

void ticker::reset(duration period, place at) {
  if (period <= duration::zero())
    throw panic(panic_kind::panic, "non-positive interval for ticker", at);
  {
    const std::lock_guard hold(state().lock);  // a worker may be firing it
    state().period = period;
  }
  detail::arm(state(), period, at);
}

recv_chan<time_point> after(duration d, place at) { return detail::arm_new_sending(d, at); }

recv_chan<time_point> tick(duration period, place at) {
  if (period <= duration::zero()) return {};
  return ticker(period, at).channel();
}

timer after_func(duration d, std::function<void()> f, place at) {
  auto* t = new detail::function_timer(at);
  detail::timer_handle owned(t);
  t->function = std::move(f);
  detail::arm_new(*t, d, at);
  return timer(std::move(owned));
}

}  // namespace heddle
