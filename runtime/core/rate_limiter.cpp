// rate_limiter, after golang.org/x/time/rate. The bucket is not filled by anything: tokens are
// counted when somebody asks, from the time that went by. A reservation takes tokens that are not
// there yet, which makes the count negative and gives the time when it would be zero again.
#include "heddle/rate_limiter.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "heddle/select.hpp"

namespace heddle {

namespace {

double tokens_in(duration d, double limit) {
  return limit <= 0 ? 0 : std::chrono::duration<double>(d).count() * limit;
}

// How long `limit` takes to yield `tokens`.
duration time_for(double tokens, double limit) {
  if (limit <= 0) return duration::max();
  const double ns = tokens / limit * 1e9;
  return ns >= static_cast<double>(duration::max().count())
             ? duration::max()
             : duration(static_cast<duration::rep>(ns));
}

// Negative for a deadline in the past, however far: not even tokens that are there can be had.
duration patience_until(const std::optional<time_point>& deadline, time_point from) {
  if (!deadline) return duration::max();
  return *deadline < from ? duration(-1) : *deadline - from;
}

time_point later(time_point from, duration d) {
  return d > time_point::max() - from ? time_point::max() : from + d;
}

}  // namespace

rate_limiter::rate_limiter(double per_second, int burst, place at)
    : limit_(per_second), burst_(burst), tokens_(burst), events_("rate_limiter", at) {}

double rate_limiter::tokens_at(time_point when) const {
  const time_point since = std::min(counted_at_, when);  // another caller's clock may be ahead
  return std::min(tokens_ + tokens_in(when - since, limit_), static_cast<double>(burst_));
}

void rate_limiter::settle(time_point when) {
  tokens_ = tokens_at(when);
  counted_at_ = when;
}

// Nothing when the tokens could not be had within `patience`.
std::optional<reservation> rate_limiter::take(int n, time_point from, duration patience) {
  if (limit_ == unlimited) return reservation(*this, n, limit_, from);
  const double left = tokens_at(from) - n;
  const duration delay = left < 0 ? time_for(-left, limit_) : duration::zero();
  if (n > burst_ || delay > patience) return std::nullopt;
  tokens_ = left;
  counted_at_ = from;
  last_event_ = later(from, delay);
  return reservation(*this, n, limit_, last_event_);
}

// Tokens that were reserved after `r` rest on its own, and stay taken.
void rate_limiter::give_back(const reservation& r, time_point from) {
  if (limit_ == unlimited || r.tokens_ == 0 || r.due_ < from) return;
  const double restored = r.tokens_ - tokens_in(last_event_ - r.due_, r.limit_);
  if (restored <= 0) return;
  settle(from);
  tokens_ = std::min(tokens_ + restored, static_cast<double>(burst_));
  if (r.due_ != last_event_) return;
  const time_point before = r.due_ - time_for(r.tokens_, r.limit_);
  if (before >= from) last_event_ = before;
}

bool rate_limiter::allow_n(int n, place at) {
  const time_point from = now(at);
  events_.update(at);
  std::lock_guard hold(guard_);
  return take(n, from, duration::zero()).has_value();
}

reservation rate_limiter::reserve(place at) { return reserve_n(1, at); }

reservation rate_limiter::reserve_n(int n, place at) {
  const time_point from = now(at);
  events_.update(at);
  std::lock_guard hold(guard_);
  return take(n, from, duration::max()).value_or(reservation());
}

error rate_limiter::wait_n(const context& ctx, int n, place at) {
  if (error e = ctx.err(at)) return e;
  const time_point from = now(at);
  const duration patience = patience_until(ctx.deadline(), from);
  std::optional<reservation> taken;
  events_.update(at);
  {
    std::lock_guard hold(guard_);
    if (n > burst_ && limit_ != unlimited)
      return error("rate: wait for " + std::to_string(n) + " exceeds the limiter's burst of " +
                   std::to_string(burst_));
    taken = take(n, from, patience);
  }
  if (!taken)
    return error("rate: wait for " + std::to_string(n) + " would exceed the context's deadline");
  if (taken->due_ <= from) return {};
  // Nearly for ever must not overflow when the timer adds it to the time of arming.
  timer due(std::min(taken->due_ - from, duration::max() / 4), at);
  if (select(recv(due.channel()), recv(ctx.done()), at) == 0) return {};
  due.stop(at);
  taken->cancel(at);  // others may go ahead sooner
  return ctx.err(at);
}

double rate_limiter::tokens(place at) {
  const time_point from = now(at);
  events_.read(at);
  std::lock_guard hold(guard_);
  return tokens_at(from);
}

double rate_limiter::limit(place at) const {
  events_.read(at);
  std::lock_guard hold(guard_);
  return limit_;
}

int rate_limiter::burst(place at) const {
  events_.read(at);
  std::lock_guard hold(guard_);
  return burst_;
}

void rate_limiter::set_limit(double per_second, place at) {
  const time_point from = now(at);
  events_.update(at);
  std::lock_guard hold(guard_);
  settle(from);
  limit_ = per_second;
}

void rate_limiter::set_burst(int burst, place at) {
  const time_point from = now(at);
  events_.update(at);
  std::lock_guard hold(guard_);
  settle(from);
  burst_ = burst;
}

duration reservation::delay(place at) const {
  if (!ok()) return duration::max();
  return std::max(due_ - now(at), duration::zero());
}

void reservation::cancel(place at) {
  if (!ok()) return;
  const time_point from = now(at);
  limiter_->events_.update(at);
  std::lock_guard hold(limiter_->guard_);
  limiter_->give_back(*this, from);
}

}  // namespace heddle
