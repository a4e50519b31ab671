// rate_limiter, by https://pkg.go.dev/golang.org/x/time/rate.
#include "heddle/rate_limiter.hpp"

#include <catch2/catch.hpp>

#include "both_modes.hpp"
#include "heddle/go.hpp"
#include "heddle/sync.hpp"

using namespace std::chrono_literals;
using heddle::check;
using heddle::context;
using heddle::rate_limiter;

namespace {

constexpr double once_a_day = 1.0 / (24 * 60 * 60);  // no token comes while a test runs

const heddle::checker::options idle_time = [] {
  heddle::checker::options how;
  how.idle_time = true;
  return how;
}();

}  // namespace

TEST_CASE("a burst is allowed at once, and nothing beyond it") {
  in_both_modes([] {
    rate_limiter limiter(once_a_day, 3);
    check(limiter.allow() && limiter.allow_n(2));
    check(!limiter.allow());
    check(limiter.tokens() < 1);
  });
}

TEST_CASE("a bucket starts full and never holds more than its burst") {
  in_both_modes([] {
    rate_limiter limiter(1e6, 2);
    check(limiter.tokens() == 2);
    check(limiter.allow());
    heddle::sleep_for(1ms);
    check(limiter.tokens() == 2);
  });
}

TEST_CASE("tokens come back with time") {
  in_both_modes([] {
    rate_limiter limiter(1000, 1);
    check(limiter.allow());
    heddle::sleep_for(2ms);
    check(limiter.allow());
  });
}

TEST_CASE("of several goroutines only as many as the burst are allowed") {
  in_both_modes([] {
    rate_limiter limiter(once_a_day, 1);
    int allowed = 0;
    heddle::mutex guard;
    heddle::wait_group wg;
    for (int i = 0; i < 2; ++i)
      wg.go([&] {
        if (!limiter.allow()) return;
        std::lock_guard hold(guard);
        ++allowed;
      });
    wg.wait();
    check(allowed == 1);
  });
}

TEST_CASE("reservations queue up behind each other") {
  in_both_modes([] {
    rate_limiter limiter(1.0 / 3600, 1);
    check(limiter.reserve().delay() == 0s);
    const heddle::duration first = limiter.reserve().delay();
    const heddle::duration second = limiter.reserve().delay();
    check(first > 59min && first <= 1h);
    check(second > 119min && second <= 2h);
  });
}

TEST_CASE("a cancelled reservation gives its tokens back") {
  in_both_modes([] {
    rate_limiter limiter(1.0 / 3600, 2);
    check(limiter.allow_n(2));
    auto taken = limiter.reserve_n(2);
    check(taken.ok() && limiter.tokens() < -1.9);
    taken.cancel();
    check(limiter.tokens() > -0.1);
  });
}

TEST_CASE("more than the burst is never allowed") {
  in_both_modes([] {
    rate_limiter limiter(1, 2);
    check(!limiter.allow_n(3));
    auto refused = limiter.reserve_n(3);
    check(!refused.ok() && refused.delay() == heddle::duration::max());
    check(limiter.wait_n(context::background(), 3).message() ==
          "rate: wait for 3 exceeds the limiter's burst of 2");
    check(limiter.allow_n(2));
  });
}

TEST_CASE("wait returns when its tokens have come") {
  in_both_modes([] {
    rate_limiter limiter(1000, 1);
    const heddle::time_point start = heddle::now();
    for (int i = 0; i < 3; ++i) check(!limiter.wait(context::background()));
    check(heddle::now() - start >= 2ms);
  });
}

TEST_CASE("wait fails at once when the context's deadline would come first") {
  in_both_modes(
      [] {
        rate_limiter limiter(1.0 / 3600, 1);
        check(limiter.allow());
        auto [ctx, cancel] = context::with_timeout(context::background(), 1min);
        check(limiter.wait(ctx).message() ==
              "rate: wait for 1 would exceed the context's deadline");
        check(!ctx.err());
        cancel();
      },
      idle_time);
}

TEST_CASE("wait gives up with its context and gives its tokens back") {
  in_both_modes(
      [] {
        rate_limiter limiter(1.0 / 3600, 1);
        check(limiter.allow());
        auto [ctx, cancel] = context::with_cancel(context::background());
        const auto outcome = heddle::make_chan<heddle::error>();
        heddle::go([&, ctx = ctx] { outcome.send(limiter.wait(ctx)); });
        cancel();
        check(*outcome.recv() == context::canceled);
        check(limiter.tokens() > -0.1);
      },
      idle_time);
}

TEST_CASE("an unlimited rate allows everything") {
  in_both_modes([] {
    rate_limiter limiter(rate_limiter::unlimited, 0);
    check(limiter.allow_n(1000) && limiter.reserve_n(1000).delay() == 0s);
    check(!limiter.wait(context::background()));
  });
}

TEST_CASE("a limiter's rate and burst can be changed") {
  in_both_modes([] {
    rate_limiter limiter(once_a_day, 1);
    check(limiter.allow());
    limiter.set_limit(1000);
    limiter.set_burst(5);
    check(limiter.limit() == 1000 && limiter.burst() == 5);
    heddle::sleep_for(10ms);
    check(limiter.allow_n(5));
  });
}
