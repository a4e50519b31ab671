// errgroup, by https://pkg.go.dev/golang.org/x/sync/errgroup.
#include "heddle/errgroup.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>
#include <string>

#include "both_modes.hpp"
#include "heddle/atomic.hpp"

using heddle::check;
using heddle::context;
using heddle::errgroup;
using heddle::error;

TEST_CASE("wait returns nil when nothing failed, after every function has returned") {
  in_both_modes([] {
    heddle::atomic<int> ended = 0;
    errgroup group;
    for (int i = 0; i < 2; ++i)
      group.go([&]() -> error {
        ended.add(1);
        return {};
      });
    check(!group.wait());
    check(ended.load() == 2);
  });
}

TEST_CASE("wait returns the one error that there was") {
  in_both_modes([] {
    const error broken("broken");
    errgroup group;
    group.go([] {});
    group.go([=] { return broken; });
    check(group.wait() == broken);
    check(group.wait() == broken);
  });
}

TEST_CASE("the first of several errors cancels the group's context and is its cause") {
  in_both_modes([] {
    const error left("left");
    const error right("right");
    auto [group, ctx] = errgroup::with_context(context::background());
    group.go([=] { return left; });
    group.go([=] { return right; });
    ctx.done().recv();
    const error first = group.wait();
    check(first == left || first == right);
    check(ctx.err() == context::canceled && ctx.cause() == first);
  });
}

TEST_CASE("a goroutine that waits for the group's context ends at another's error") {
  in_both_modes([] {
    const error broken("broken");
    auto [group, ctx] = errgroup::with_context(context::background());
    group.go([ctx = ctx] {
      ctx.done().recv();
      return ctx.err();
    });
    group.go([=] { return broken; });
    check(group.wait() == broken);
  });
}

TEST_CASE("the group's context is cancelled when wait returns without an error") {
  in_both_modes([] {
    auto [group, ctx] = errgroup::with_context(context::background());
    group.go([ctx = ctx] { check(!ctx.err()); });
    check(!group.wait());
    check(ctx.err() == context::canceled && ctx.cause() == context::canceled);
  });
}

TEST_CASE("the group's context is cancelled with its parent") {
  in_both_modes([] {
    auto [parent, cancel] = context::with_cancel(context::background());
    auto [group, ctx] = errgroup::with_context(parent);
    group.go([ctx = ctx] {
      ctx.done().recv();
      return ctx.err();
    });
    cancel();
    check(group.wait() == context::canceled);
  });
}

TEST_CASE("an exception that leaves a function is an error with its message") {
  in_both_modes([] {
    errgroup group;
    group.go([] { throw std::runtime_error("no such file"); });
    check(group.wait().message() == "no such file");
  });
}

TEST_CASE("no more goroutines run at a time than the limit allows") {
  in_both_modes([] {
    heddle::atomic<int> running = 0;
    errgroup group;
    group.set_limit(1);
    for (int i = 0; i < 2; ++i)
      group.go([&] {
        check(running.add(1) == 1);
        running.add(-1);
      });
    check(!group.wait());
  });
}

TEST_CASE("try_go starts nothing while the limit is reached") {
  in_both_modes([] {
    const auto gate = heddle::make_chan<bool>();
    errgroup group;
    group.set_limit(1);
    check(group.try_go([gate] { gate.recv(); }));
    check(!group.try_go([] { check(false, "over the limit"); }));
    gate.close();
    group.wait();
    check(group.try_go([] {}));
    group.wait();
  });
}

TEST_CASE("a limit of zero lets nothing start, and a negative one everything") {
  in_both_modes([] {
    errgroup group;
    group.set_limit(0);
    check(!group.try_go([] {}));
    group.set_limit(-1);
    check(group.try_go([] {}) && group.try_go([] {}));
    check(!group.wait());
  });
}

TEST_CASE("changing the limit while goroutines run under it panics") {
  in_both_modes([] {
    const auto gate = heddle::make_chan<bool>();
    errgroup group;
    group.set_limit(2);
    group.go([gate] { gate.recv(); });
    const auto caught = heddle::catch_panic([&] { group.set_limit(1); });
    check(caught && std::string(caught->what()) ==
                        "errgroup: modify limit while 1 goroutines in the group are still active");
    gate.close();
    group.wait();
  });
}

TEST_CASE("a function of a group may be move-only") {
  in_both_modes([] {
    errgroup group;
    group.go([owned = std::make_unique<int>(3)] { check(*owned == 3); });
    check(!group.wait());
  });
}
