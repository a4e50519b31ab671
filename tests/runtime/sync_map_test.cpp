// sync_map, by https://pkg.go.dev/sync#Map.
#include "heddle/sync_map.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "both_modes.hpp"
#include "heddle/atomic.hpp"
#include "heddle/sync.hpp"

using heddle::check;
using numbers = heddle::sync_map<std::string, int>;

TEST_CASE("what was stored is loaded") {
  in_both_modes([] {
    numbers m;
    check(!m.load("a"));
    m.store("a", 1);
    check(m.load("a") == 1);
    m.store("a", 2);
    check(m.load("a") == 2 && !m.load("b"));
  });
}

TEST_CASE("of several load_or_store one stores, and all get its value") {
  in_both_modes([] {
    numbers m;
    heddle::atomic<int> stored = 0;
    heddle::atomic<int> sum = 0;
    heddle::wait_group wg;
    for (int i = 1; i <= 2; ++i)
      wg.go([&, i] {
        const auto [value, loaded] = m.load_or_store("key", i);
        if (!loaded) stored.store(value);
        sum.add(value);
      });
    wg.wait();
    check(sum.load() == 2 * stored.load() && m.load("key") == stored.load());
  });
}

TEST_CASE("of several load_and_delete one gets the value") {
  in_both_modes([] {
    numbers m;
    m.store("key", 1);
    heddle::atomic<int> got = 0;
    heddle::wait_group wg;
    for (int i = 0; i < 2; ++i)
      wg.go([&] {
        if (m.load_and_delete("key")) got.add(1);
      });
    wg.wait();
    check(got.load() == 1 && !m.load("key"));
  });
}

TEST_CASE("swap returns the value before") {
  in_both_modes([] {
    numbers m;
    check(!m.swap("a", 1));
    check(m.swap("a", 2) == 1);
    check(m.load("a") == 2);
  });
}

TEST_CASE("compare_and_swap and compare_and_delete act on the expected value only") {
  in_both_modes([] {
    numbers m;
    check(!m.compare_and_swap("a", 0, 1) && !m.compare_and_delete("a", 0));
    m.store("a", 1);
    check(!m.compare_and_swap("a", 2, 3) && m.compare_and_swap("a", 1, 3));
    check(!m.compare_and_delete("a", 1) && m.compare_and_delete("a", 3));
    check(!m.load("a"));
  });
}

TEST_CASE("a counter that is raised by compare_and_swap loses nothing") {
  in_both_modes([] {
    numbers m;
    m.store("n", 0);
    heddle::wait_group wg;
    for (int i = 0; i < 2; ++i)
      wg.go([&] {
        for (int seen = *m.load("n"); !m.compare_and_swap("n", seen, seen + 1);)
          seen = *m.load("n");
      });
    wg.wait();
    check(m.load("n") == 2);
  });
}

TEST_CASE("range visits every entry once, may change the map, and stops when told to") {
  in_both_modes([] {
    numbers m;
    for (int i = 0; i < 3; ++i) m.store(std::to_string(i), i);
    std::map<std::string, int> seen;
    m.range([&](const std::string& key, int value) {
      m.erase(key);
      return seen.emplace(key, value).second;
    });
    check(seen == std::map<std::string, int>{{"0", 0}, {"1", 1}, {"2", 2}});
    m.store("a", 1);
    m.store("b", 2);
    int visits = 0;
    m.range([&](const std::string&, int) { return ++visits < 1; });
    check(visits == 1);
  });
}

TEST_CASE("clear removes everything") {
  in_both_modes([] {
    numbers m;
    m.store("a", 1);
    m.clear();
    check(!m.load("a"));
  });
}
