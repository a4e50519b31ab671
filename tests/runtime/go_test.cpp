// heddle::go: arguments, and exceptions that belong to their goroutine.
#include "heddle/go.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include "both_modes.hpp"
#include "child_process.hpp"
#include "heddle/chan.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"

using heddle::check;

TEST_CASE("a goroutine runs its function with up to five arguments") {
  in_both_modes([] {
    const auto sums = heddle::make_chan<int>();
    const auto add = [=](auto... terms) { sums.send((0 + ... + terms)); };
    heddle::go(add);
    check(*sums.recv() == 0);
    heddle::go(add, 1);
    check(*sums.recv() == 1);
    heddle::go(add, 1, 2);
    check(*sums.recv() == 3);
    heddle::go(add, 1, 2, 3);
    check(*sums.recv() == 6);
    heddle::go(add, 1, 2, 3, 4);
    check(*sums.recv() == 10);
    heddle::go(add, 1, 2, 3, 4, 5);
    check(*sums.recv() == 15);
  });
}

TEST_CASE("arguments are copied into the goroutine") {
  in_both_modes([] {
    const auto seen = heddle::make_chan<std::string>();
    std::string text = "before";
    heddle::go([=](const std::string& copy) { seen.send(copy); }, text);
    text = "after";
    check(*seen.recv() == "before");
  });
}

TEST_CASE("std::ref passes an argument by reference") {
  in_both_modes([] {
    int value = 0;
    heddle::wait_group done;
    done.add(1);
    heddle::go(
        [&done](int& v) {
          v = 7;
          done.done();
        },
        std::ref(value));
    done.wait();
    check(value == 7);
  });
}

TEST_CASE("move-only arguments are moved into the goroutine") {
  in_both_modes([] {
    const auto seen = heddle::make_chan<int>();
    heddle::go([=](std::unique_ptr<int> p) { seen.send(*p); }, std::make_unique<int>(3));
    check(*seen.recv() == 3);
  });
}

TEST_CASE("go outside of a run panics") {
  REQUIRE_THROWS_AS(heddle::go([] {}), heddle::panic);
}

TEST_CASE("a thread that is no worker's and wakes a goroutine ends the program and says so") {
  const child_outcome outcome = in_child_process([] {
    heddle::run([] {
      const auto c = heddle::make_chan<int>();
      heddle::go([c] {
        until_blocked(1);  // main
        heddle::blocking([c] { c.send(1); });
      });
      c.recv();
    });
  });
  REQUIRE(outcome.exit_status != 0);
  REQUIRE_THAT(outcome.errors, Catch::Contains("used outside of a goroutine"));
}

TEST_CASE("a goroutine may block inside a catch block") {
  in_both_modes([] {
    const auto handed = heddle::make_chan<int>();
    const auto seen = heddle::make_chan<std::string>();
    const auto fail = [=](const char* words, bool sends) {
      try {
        throw std::runtime_error(words);
      } catch (const std::runtime_error&) {
        sends ? handed.send(1) : static_cast<void>(handed.recv());
        try {
          throw;  // the one that this goroutine handles, whoever ran in between
        } catch (const std::runtime_error& again) {
          seen.send(again.what());
        }
      }
    };
    heddle::go([=] { fail("a", true); });
    heddle::go([=] { fail("b", false); });
    const std::string both = *seen.recv() + *seen.recv();
    check(both == "ab" || both == "ba");
  });
}

TEST_CASE("a goroutine may block in a destructor during normal scope exit") {
  in_both_modes([] {
    const auto c = heddle::make_chan<int>();
    heddle::go([=] { c.send(1); });
    int received = 0;
    {
      const heddle::defer at_exit([&] { received = *c.recv(); });
    }
    check(received == 1);
  });
}

TEST_CASE("a goroutine may block in a destructor while an exception passes") {
  in_both_modes([] {
    const auto c = heddle::make_chan<int>();
    heddle::go([=] {
      const bool others_exception_is_not_mine = std::uncaught_exceptions() == 0;
      c.send(others_exception_is_not_mine ? 1 : 0);
    });
    int received = -1;
    const auto caught = heddle::catch_panic([&] {
      const heddle::defer at_exit([&] { received = *c.recv(); });
      throw heddle::panic("passing");
    });
    check(received == 1);
    check(caught && caught->what() == std::string("passing"));
    check(std::uncaught_exceptions() == 0);
  });
}

TEST_CASE("a goroutine may ask for a larger stack") {
  in_performance_mode([] {
    constexpr std::size_t large = 8 * 1024 * 1024;
    const auto seen = heddle::make_chan<char>();
    heddle::go(heddle::named("deep", large), [=] {
      char block[large / 2];
      std::memset(block, 1, sizeof block);
      seen.send(block[sizeof block / 2]);
    });
    REQUIRE(*seen.recv() == 1);
  });
}
