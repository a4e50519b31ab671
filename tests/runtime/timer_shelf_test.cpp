// A worker's armed timers against a sorted list.
#include "timer_shelf.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <vector>

using heddle::time_point;
using heddle::detail::timer_state;
using heddle::performance::timer_shelf;

namespace {

using owned_timer = std::unique_ptr<timer_state>;

owned_timer make_timer(int deadline) {
  auto t = std::make_unique<timer_state>(heddle::place::current());
  t->deadline = time_point(heddle::duration(deadline));
  return t;
}

std::vector<timer_state*> take_all(timer_shelf& shelf) {
  std::vector<timer_state*> taken;
  while (timer_state* t = shelf.take_due(time_point::max()).timer) taken.push_back(t);
  return taken;
}

std::vector<timer_state*> in_order(const std::vector<owned_timer>& armed) {
  std::vector<timer_state*> all;
  for (const owned_timer& t : armed) all.push_back(t.get());
  std::ranges::stable_sort(all, {}, [](const timer_state* t) { return t->deadline; });
  return all;
}

}  // namespace

TEST_CASE("timers come out by deadline, and among equal ones in the order of arming") {
  std::mt19937 random(7);
  timer_shelf shelf;
  std::vector<owned_timer> armed;
  for (int i = 0; i < 200; ++i) {
    armed.push_back(make_timer(static_cast<int>(random() % 20)));
    shelf.add(*armed.back());
  }
  REQUIRE(take_all(shelf) == in_order(armed));
  REQUIRE(shelf.earliest() == time_point::max());
}

TEST_CASE("a removed timer does not come out") {
  std::mt19937 random(11);
  timer_shelf shelf;
  std::vector<owned_timer> armed;
  for (int i = 0; i < 200; ++i) {
    armed.push_back(make_timer(static_cast<int>(random() % 20)));
    shelf.add(*armed.back());
    if (random() % 3 != 0) continue;
    const auto victim = armed.begin() + static_cast<std::ptrdiff_t>(random() % armed.size());
    shelf.remove(**victim);
    armed.erase(victim);
  }
  REQUIRE(take_all(shelf) == in_order(armed));
}

TEST_CASE("a timer is due at its deadline and not before") {
  timer_shelf shelf;
  const owned_timer five = make_timer(5);
  shelf.add(*five);
  REQUIRE(shelf.take_due(time_point(heddle::duration(4))).timer == nullptr);
  REQUIRE(shelf.earliest() == time_point(heddle::duration(5)));
  REQUIRE(shelf.take_due(time_point(heddle::duration(5))).timer == five.get());
  shelf.remove(*five);  // too late
}
