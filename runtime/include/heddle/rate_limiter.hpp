// rate_limiter: a token bucket (https://pkg.go.dev/golang.org/x/time/rate).
//
//   heddle::rate_limiter limiter(100, 10);           // 100 events per second, bursts of 10
//   if (heddle::error e = limiter.wait(ctx)) return e;
//   if (!limiter.allow()) drop(request);
//
// The bucket holds up to `burst` tokens, starts full and fills at `limit` tokens per second; an
// event takes one. Time is the runtime's, so that exploration mode runs it in virtual time; there
// every call reads the clock and is one visible event on the limiter.
#pragma once

#include <limits>
#include <mutex>
#include <optional>

#include "heddle/context.hpp"
#include "heddle/detail/atomic_object.hpp"
#include "heddle/error.hpp"
#include "heddle/time.hpp"

namespace heddle {

class reservation;

class rate_limiter {
 public:
  // A limit that lets every event pass, whatever the burst.
  static constexpr double unlimited = std::numeric_limits<double>::infinity();

  rate_limiter(double per_second, int burst, place at = place::current());
  rate_limiter(const rate_limiter&) = delete;
  rate_limiter& operator=(const rate_limiter&) = delete;

  // Whether `n` events may happen now; takes their tokens if so.
  bool allow(place at = place::current()) { return allow_n(1, at); }
  bool allow_n(int n, place at = place::current());
  // Takes `n` tokens now, and says how long the caller must wait before it acts.
  reservation reserve(place at = place::current());
  reservation reserve_n(int n, place at = place::current());
  // Blocks until `n` events may happen. Returns an error, and takes no tokens, when `n` exceeds the
  // burst, when `ctx` is cancelled, or when its deadline would come first.
  error wait(const context& ctx, place at = place::current()) { return wait_n(ctx, 1, at); }
  error wait_n(const context& ctx, int n, place at = place::current());

  // Tokens available now; negative while reservations are ahead of the bucket.
  double tokens(place at = place::current());
  double limit(place at = place::current()) const;
  int burst(place at = place::current()) const;
  // Change the rate and the bucket from now on; reservations keep their times.
  void set_limit(double per_second, place at = place::current());
  void set_burst(int burst, place at = place::current());

 private:
  friend class reservation;
  // These require guard_.
  double tokens_at(time_point when) const;
  void settle(time_point when);
  std::optional<reservation> take(int n, time_point from, duration patience);
  void give_back(const reservation& r, time_point from);

  double limit_;
  int burst_;
  double tokens_;  // when they were last counted
  time_point counted_at_{};
  time_point last_event_{};  // the latest time that was given to anybody
  mutable std::mutex guard_;
  detail::atomic_object events_;
};

// Tokens taken ahead of time. Refers to its limiter, which must outlive it.
class reservation {
 public:
  // False: more than the burst was asked for, it will never be allowed, and no tokens were taken.
  bool ok() const noexcept { return limiter_ != nullptr; }
  // How long to wait from now; zero when the event may happen, duration::max() unless ok().
  duration delay(place at = place::current()) const;
  // Gives back the tokens that no later reservation has built upon. Too late once it was due.
  void cancel(place at = place::current());

 private:
  friend class rate_limiter;
  reservation() = default;  // not ok
  reservation(rate_limiter& limiter, int n, double limit, time_point due) noexcept
      : limiter_(&limiter), tokens_(n), limit_(limit), due_(due) {}

  rate_limiter* limiter_ = nullptr;
  int tokens_ = 0;
  double limit_ = 0;  // when it was made
  time_point due_{};
};

}  // namespace heddle
