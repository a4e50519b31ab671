// heddle::pool, by https://pkg.go.dev/sync#Pool.
#include "heddle/pool.hpp"

#include <catch2/catch.hpp>
#include <memory>

#include "both_modes.hpp"
#include "heddle/chan.hpp"
#include "heddle/sync.hpp"

using heddle::check;

TEST_CASE("an empty pool makes new values") {
  in_both_modes([] {
    int made = 0;
    heddle::pool<int> numbered([&] { return ++made; });
    check(numbered.get() == 1 && numbered.get() == 2);
    heddle::pool<int> plain;
    check(plain.get() == 0);
  });
}

TEST_CASE("a pooled value that was put comes back before a new one is made") {
  in_both_modes([] {
    heddle::pool<std::unique_ptr<int>> kept([]() -> std::unique_ptr<int> {
      check(false, "a value was there");
      return nullptr;
    });
    kept.put(std::make_unique<int>(5));
    check(*kept.get() == 5);
  });
}

TEST_CASE("a pool's try_get makes nothing") {
  in_both_modes([] {
    heddle::pool<int> numbers;
    check(!numbers.try_get());
    numbers.put(1);
    check(numbers.try_get() == 1);
    check(!numbers.try_get());
  });
}

TEST_CASE("a pooled value is given to one goroutine at a time") {
  in_both_modes([] {
    heddle::pool<int> numbers([] { return 2; });
    numbers.put(1);
    heddle::wait_group wg;
    const auto got = heddle::make_chan<int>(2);
    for (int i = 0; i < 2; ++i) wg.go([&] { got.send(numbers.get()); });
    wg.wait();
    check(*got.recv() + *got.recv() == 3);
  });
}
