// singleflight, by https://pkg.go.dev/golang.org/x/sync/singleflight.
#include "heddle/singleflight.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

#include "both_modes.hpp"
#include "heddle/atomic.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

using heddle::check;
using flights = heddle::singleflight<std::string, int>;

TEST_CASE("a call alone runs its function and is not shared") {
  in_both_modes([] {
    flights group;
    int runs = 0;
    for (int i = 1; i <= 2; ++i) {
      const auto [value, shared] = group.call("key", [&] { return ++runs; });
      check(value == i && !shared);
    }
  });
}

TEST_CASE("calls for one key run one at a time, and sharers get the value of the run they joined") {
  in_both_modes([] {
    flights group;
    heddle::atomic<int> running = 0;
    int runs = 0;  // guarded by the group: one run at a time
    int shared = 0;
    int highest = 0;
    heddle::mutex guard;
    heddle::wait_group wg;
    for (int i = 0; i < 2; ++i)
      wg.go([&] {
        const auto result = group.call("key", [&] {
          check(running.add(1) == 1);
          running.add(-1);
          return ++runs;
        });
        std::lock_guard hold(guard);
        check(result.value >= 1);
        highest = std::max(highest, result.value);
        if (result.shared) ++shared;
      });
    wg.wait();
    check(highest == runs);
    check((runs == 1 && shared == 2) || (runs == 2 && shared == 0));
  });
}

TEST_CASE("calls for different keys do not wait for each other") {
  in_both_modes([] {
    flights group;
    const auto gate = heddle::make_chan<bool>();
    heddle::wait_group wg;
    wg.go([&] {
      group.call("blocked", [&] {
        gate.recv();
        return 1;
      });
    });
    check(group.call("other", [] { return 2; }).value == 2);
    gate.close();
    wg.wait();
  });
}

TEST_CASE("a panic in the function is raised at every caller, and the key is free again") {
  in_both_modes([] {
    flights group;
    heddle::wait_group wg;
    for (int i = 0; i < 2; ++i)
      wg.go([&] {
        const auto caught = heddle::catch_panic(
            [&] { group.call("key", []() -> int { throw heddle::panic("broken"); }); });
        check(caught && std::string(caught->what()) == "broken");
      });
    wg.wait();
    check(group.call("key", [] { return 3; }).value == 3);
  });
}

TEST_CASE("a channel gets the outcome of the call that its own joined") {
  in_both_modes([] {
    flights group;
    const auto gate = heddle::make_chan<bool>();
    const auto first = group.call_chan("key", [&] {
      gate.recv();
      return 4;
    });
    const auto second = group.call_chan("key", []() -> int { throw std::logic_error("joined"); });
    gate.close();
    const auto one = *first.recv();
    const auto two = *second.recv();
    check(one.get() == 4 && one.shared());
    check(two.get() == 4 && two.shared());
  });
}

TEST_CASE("the outcome on a channel raises what the function raised") {
  in_both_modes([] {
    flights group;
    const auto outcome =
        *group.call_chan("key", []() -> int { throw std::runtime_error("lost"); }).recv();
    std::string raised;
    try {
      outcome.get();
    } catch (const std::runtime_error& e) {
      raised = e.what();
    }
    check(raised == "lost" && !outcome.shared());
  });
}

TEST_CASE("after forget the next call runs its own function") {
  in_both_modes([] {
    flights group;
    const auto gate = heddle::make_chan<bool>();
    const auto old = group.call_chan("key", [&] {
      gate.recv();
      return 1;
    });
    group.forget("key");
    check(group.call("key", [] { return 2; }).value == 2);
    gate.close();
    check(old.recv()->get() == 1);
  });
}
