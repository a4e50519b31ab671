// once, once_func and once_value.
#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "both_modes.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

using heddle::check;

TEST_CASE("a once runs its function once, and every call returns after it has") {
  in_both_modes([] {
    heddle::once o;
    heddle::var<int> runs = 0;
    heddle::wait_group wg;
    for (int i = 0; i < 2; ++i) {
      wg.go([&] {
        o.call([&] { runs += 1; });
        check(runs == 1);
      });
    }
    wg.wait();
  });
}

TEST_CASE("a call of a once waits while another runs the function") {
  in_performance_mode([] {
    heddle::once o;
    bool finished = false;
    const auto running = heddle::make_chan<int>(1);
    heddle::go([&] {
      o.call([&] {
        running.send(1);
        heddle::yield();
        heddle::yield();
        finished = true;
      });
    });
    running.recv();
    o.call([] { FAIL("run twice"); });
    REQUIRE(finished);
  });
}

TEST_CASE("a function that panics has run") {
  in_both_modes([] {
    heddle::once o;
    check(heddle::catch_panic([&] { o.call([] { throw heddle::panic("first"); }); }).has_value());
    o.call([] { check(false, "run twice"); });
  });
}

TEST_CASE("once_func runs its function once") {
  in_both_modes([] {
    int runs = 0;
    const auto f = heddle::once_func([&] { ++runs; });
    f();
    f();
    check(runs == 1);
  });
}

TEST_CASE("once_func raises the function's panic at every call") {
  in_both_modes([] {
    const auto f = heddle::once_func([] { throw heddle::panic("always"); });
    for (int i = 0; i < 2; ++i) {
      const auto p = heddle::catch_panic(f);
      check(p && p->what() == std::string("always"));
    }
  });
}

TEST_CASE("once_value computes its value once") {
  in_both_modes([] {
    int runs = 0;
    const auto value = heddle::once_value([&] { return ++runs; });
    check(value() == 1);
    check(value() == 1);
  });
}

TEST_CASE("what once_func and once_value raise need not be a std::exception") {
  in_both_modes([] {
    const auto f = heddle::once_func([] { throw 42; });
    const auto value = heddle::once_value([]() -> int { throw 42; });
    int raised = 0;
    const auto count = [&](const auto& call) {
      try {
        call();
      } catch (int thrown) {
        if (thrown == 42) ++raised;
      }
    };
    for (int i = 0; i < 2; ++i) {
      count(f);
      count(value);
    }
    check(raised == 4);
  });
}

namespace {

struct calls_when_destroyed {
  std::function<void()> f;
  ~calls_when_destroyed() { f(); }
};

}  // namespace

TEST_CASE("a goroutine that is torn down in a once_func's function is, and may call it meanwhile") {
  const auto report = heddle::checker::check([] {
    const auto never = heddle::make_chan<int>();
    const auto f = heddle::once_func([=] { never.recv(); });
    const auto value = heddle::once_value([=] { return never.recv().has_value(); });
    for (int i = 0; i < 2; ++i) {
      heddle::go([=] {
        const calls_when_destroyed again{f};
        f();
      });
      heddle::go([=] {
        const calls_when_destroyed again{[=] { static_cast<void>(value()); }};
        value();
      });
    }
  });
  REQUIRE(report.verdict == heddle::checker::verdict::failed);
  REQUIRE(report.what == heddle::checker::kind::leak);
}
