// Decisions that an execution shares with the one before are compared with what was recorded: a
// model that does not repeat itself is found out, whatever it does instead.
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>

#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"

namespace {

using heddle::checker::check;
using heddle::checker::kind;
using heddle::checker::options;
using heddle::checker::result;
using heddle::checker::verdict;

// The first, its confirmation, and one that makes the next repeat what the first goroutine does.
constexpr int executions_alike = 3;

void store(heddle::atomic<int>& x, int value) { x.store(value); }

// Four goroutines that store once, 24 traces. From some execution on the first does `otherwise`.
result explore_forgetful(const std::function<void(heddle::atomic<int>&)>& otherwise) {
  int runs = 0;
  return check(
      [&] {
        const bool alike = ++runs <= executions_alike;
        const auto x = std::make_shared<heddle::atomic<int>>(0);
        heddle::go([x, alike, &otherwise] {
          if (alike)
            store(*x, 1);
          else
            otherwise(*x);
        });
        for (int i = 2; i <= 4; ++i) heddle::go([x, i] { x->store(i); });
      },
      options{});
}

}  // namespace

TEST_CASE("a repeated execution that departs is told apart", "[explore]") {
  const std::function<void(heddle::atomic<int>&)> departures[] = {
      [](auto& x) { x.load(); },
      [](auto& x) { store(x, 9); },
      [](auto&) {},
      [](auto& x) {
        store(x, 1);
        store(x, 1);
      },
      [](auto&) { throw std::runtime_error("never before"); },
      [](auto& x) {
        heddle::yield();
        store(x, 1);
      },
      [](auto& x) {
        heddle::sleep_for(std::chrono::milliseconds(1));
        store(x, 1);
      },
      [](auto& x) {
        heddle::go([] {});
        store(x, 1);
      },
  };
  int which = 0;
  for (const auto& departure : departures) {
    const result r = explore_forgetful(departure);
    INFO("departure " << which++ << ": " << r.message);
    CHECK(r.verdict == verdict::error);
    CHECK(r.what == kind::nondeterministic);
    CHECK(r.message.find("under the same decisions the model went another way at step") !=
          std::string::npos);
  }
}

TEST_CASE("an execution that does the same again departs from nothing", "[explore]") {
  const result r = explore_forgetful([](auto& x) { store(x, 1); });
  CHECK(r.verdict == verdict::verified);
  CHECK(r.explored == 24);
  CHECK(r.redundant == 0);
}
