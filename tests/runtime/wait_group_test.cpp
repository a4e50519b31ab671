// wait_group, by https://pkg.go.dev/sync#WaitGroup.
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>

#include "both_modes.hpp"
#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

using heddle::check;

TEST_CASE("wait returns when the counter is zero") {
  in_both_modes([] {
    heddle::wait_group wg;
    wg.wait();
    heddle::var<int> done = 0;
    wg.add(1);
    heddle::go([&] {
      done = 1;
      wg.done();
    });
    wg.wait();
    check(done == 1);  // ordered after the write: else a race
  });
}

TEST_CASE("a wait group counts the goroutines that it starts") {
  in_both_modes([] {
    heddle::wait_group wg;
    heddle::atomic<int> ran{0};
    for (int i = 0; i < 2; ++i) wg.go([&] { ran.add(1); });
    wg.wait();
    check(ran.load() == 2);
  });
}

TEST_CASE("a goroutine of a wait group is counted off when it ends by a caught panic") {
  in_both_modes([] {
    heddle::wait_group wg;
    wg.go([] { heddle::catch_panic([] { throw heddle::panic("inside"); }); });
    wg.wait();
  });
}

TEST_CASE("a wait group may be used again after wait has returned") {
  in_both_modes([] {
    heddle::wait_group wg;
    for (int round = 0; round < 2; ++round) {
      wg.go([] {});
      wg.wait();
    }
  });
}

TEST_CASE("several goroutines may wait") {
  in_both_modes([] {
    heddle::wait_group first, second;
    first.add(1);
    for (int i = 0; i < 2; ++i) second.go([&] { first.wait(); });
    first.done();
    second.wait();
  });
}

TEST_CASE("using a wait group again before the previous wait has returned is misuse") {
  in_performance_mode([] {
    heddle::wait_group wg;
    wg.add(1);
    heddle::go([&] { wg.wait(); });
    heddle::yield();  // it waits
    wg.done();        // it is released, and has not run
    const auto p = heddle::catch_panic([&] { wg.add(1); });
    REQUIRE(p);
    REQUIRE(p->kind() == heddle::panic_kind::misuse);
    heddle::yield();
    wg.add(1);  // fine now
    wg.done();
  }, in_order());
}

TEST_CASE("a delta that the counter has no room for panics and changes nothing") {
  in_both_modes([] {
    heddle::wait_group wg;
    wg.add(2);
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    for (const std::int64_t delta : {std::int64_t{1} << 31, std::int64_t{1} << 32, most, 
                                    std::int64_t{-3}, -most, -most - 1}) {
      const auto p = heddle::catch_panic([&] { wg.add(delta); });
      check(p && p->what() == std::string("negative wait_group counter"));
    }
    wg.add(INT32_MAX - 2);
    check(heddle::catch_panic([&] { wg.add(1); }).has_value());
    wg.add(-INT32_MAX);
    wg.wait();
  });
}
