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

using shared_timer = std::shared_ptr<timer_state>;

shared_timer make_timer(int deadline) {
  auto t = std::make_shared<timer_state>(heddle::place::current());
  t->deadline = time_point(heddle::duration(deadline));
  return t;
}

std::vector<shared_timer> take_all(timer_shelf& shelf) {
  std::vector<shared_timer> taken;
  while (shared_timer t = shelf.take_due(time_point::max()).kept) taken.push_back(std::move(t));
  return taken;
}

}  // namespace

TEST_CASE("timers come out by deadline, and among equal ones in the order of arming") {
  std::mt19937 random(7);
  timer_shelf shelf;
  std::vector<shared_timer> armed;
  for (int i = 0; i < 200; ++i) {
    armed.push_back(make_timer(static_cast<int>(random() % 20)));
    shelf.add(*armed.back());
  }
  std::ranges::stable_sort(armed, {}, [](const shared_timer& t) { return t->deadline; });
  REQUIRE(take_all(shelf) == armed);
  REQUIRE(shelf.earliest() == time_point::max());
}

TEST_CASE("a removed timer does not come out") {
  std::mt19937 random(11);
  timer_shelf shelf;
  std::vector<shared_timer> armed;
  for (int i = 0; i < 200; ++i) {
    armed.push_back(make_timer(static_cast<int>(random() % 20)));
    shelf.add(*armed.back());
    if (random() % 3 != 0) continue;
    const auto victim = armed.begin() + static_cast<std::ptrdiff_t>(random() % armed.size());
    shelf.remove(**victim);
    armed.erase(victim);
  }
  std::ranges::stable_sort(armed, {}, [](const shared_timer& t) { return t->deadline; });
  REQUIRE(take_all(shelf) == armed);
}

TEST_CASE("a timer is due at its deadline and not before") {
  timer_shelf shelf;
  const shared_timer five = make_timer(5);
  shelf.add(*five);
  REQUIRE(shelf.take_due(time_point(heddle::duration(4))).timer == nullptr);
  REQUIRE(shelf.earliest() == time_point(heddle::duration(5)));
  REQUIRE(shelf.take_due(time_point(heddle::duration(5))).kept == five);
}
