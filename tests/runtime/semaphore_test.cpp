// semaphore, by https://pkg.go.dev/golang.org/x/sync/semaphore.
#include "heddle/semaphore.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "both_modes.hpp"
#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

using heddle::check;
using heddle::context;
using heddle::error;

TEST_CASE("a semaphore hands out no more than its size") {
  in_both_modes([] {
    heddle::semaphore s(3);
    check(s.try_acquire(2));
    check(!s.try_acquire(2));
    check(s.try_acquire(1));
    s.release(3);
    check(s.try_acquire(3));
  });
}

TEST_CASE("a semaphore of one excludes") {
  in_both_modes([] {
    heddle::semaphore s(1);
    heddle::atomic<int> inside = 0;
    heddle::wait_group wg;
    for (int i = 0; i < 2; ++i)
      wg.go([&] {
        s.acquire();
        check(inside.add(1) == 1);
        inside.add(-1);
        s.release();
      });
    wg.wait();
  });
}

TEST_CASE("a release wakes every request that fits") {
  in_both_modes([] {
    heddle::semaphore s(2);
    s.acquire(2);
    heddle::wait_group wg;
    for (int i = 0; i < 2; ++i) wg.go([&] { s.acquire(1); });
    s.release(2);
    wg.wait();
    check(!s.try_acquire(1));
  });
}

TEST_CASE("a large request that waits holds back small ones behind it") {
  in_both_modes([] {
    heddle::semaphore s(2);
    s.acquire(1);
    heddle::atomic<bool> got_all = false;
    heddle::wait_group wg;
    wg.go([&] {
      s.acquire(2);
      got_all.store(true);
      s.release(2);
    });
    if (s.try_acquire(1)) {  // the large one has not arrived
      s.release(2);
    } else {
      check(!got_all.load());
      s.release(1);
      s.acquire(1);
      check(got_all.load());
    }
    wg.wait();
  });
}

TEST_CASE("acquire gives up when its context is cancelled, and takes nothing") {
  in_both_modes([] {
    heddle::semaphore s(1);
    s.acquire();
    auto [ctx, cancel] = context::with_cancel(context::background());
    const auto outcome = heddle::make_chan<error>();
    heddle::go([&, ctx = ctx] { outcome.send(s.acquire(ctx)); });
    cancel();
    check(*outcome.recv() == context::canceled);
    s.release();
    check(s.try_acquire());
  });
}

TEST_CASE("a request that gives up lets those behind it go ahead") {
  in_both_modes([] {
    heddle::semaphore s(2);
    s.acquire(1);
    auto [ctx, cancel] = context::with_cancel(context::background());
    heddle::wait_group wg;
    wg.go([&, ctx = ctx] { check(s.acquire(ctx, 2) == context::canceled); });
    wg.go([&] { s.acquire(1); });
    cancel();
    wg.wait();
  });
}

TEST_CASE("weight granted to a request that is being given up is not lost") {
  in_both_modes([] {
    heddle::semaphore s(1);
    s.acquire();
    auto [ctx, cancel] = context::with_cancel(context::background());
    heddle::wait_group wg;
    wg.go([&, ctx = ctx] {
      if (!s.acquire(ctx)) s.release();
    });
    wg.go([&, cancel = cancel] { cancel(); });
    s.release();
    wg.wait();
    check(s.try_acquire());
  });
}

TEST_CASE("acquire with a cancelled context fails even if there is room") {
  in_both_modes([] {
    heddle::semaphore s(1);
    auto [ctx, cancel] = context::with_cancel(context::background());
    cancel();
    check(s.acquire(ctx) == context::canceled);
    check(s.try_acquire());
  });
}

TEST_CASE("a request larger than the semaphore waits for its context and blocks nobody") {
  in_both_modes([] {
    heddle::semaphore s(1);
    auto [ctx, cancel] = context::with_cancel(context::background());
    heddle::wait_group wg;
    wg.go([&, ctx = ctx] { check(s.acquire(ctx, 2) == context::canceled); });
    s.acquire(1);
    cancel();
    wg.wait();
  });
}

TEST_CASE("releasing more than is held panics") {
  in_both_modes([] {
    heddle::semaphore s(2);
    s.acquire(1);
    const auto caught = heddle::catch_panic([&] { s.release(2); });
    check(caught && std::string(caught->what()) == "semaphore: released more than held");
  });
}
