// Timers, tickers and sleep, by https://pkg.go.dev/time. Claims are about order and lower bounds:
// a slow machine is late, never early.
#include "heddle/time.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "both_modes.hpp"
#include "child_process.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"
#include "leak_checker.hpp"
#include "pool.hpp"
#include "pool_worker.hpp"

using heddle::check;
using heddle::make_chan;
using namespace std::chrono_literals;

TEST_CASE("a sleep lasts at least as long as asked for") {
  in_performance_mode([] {
    const auto before = heddle::now();
    heddle::sleep_for(3ms);
    REQUIRE(heddle::now() - before >= 3ms);
    heddle::sleep_until(before + 6ms);
    REQUIRE(heddle::now() - before >= 6ms);
  });
}

TEST_CASE("a sleep of no time, or until the past, returns at once") {
  in_performance_mode([] {
    heddle::sleep_for(heddle::duration::zero());
    heddle::sleep_for(heddle::duration::min());
    heddle::sleep_until(heddle::time_point::min());
  });
}

namespace {

// The order in which five woke whose deadlines lie `unit` apart. Empty where the machine was too slow
// for them to be asleep before the first deadline.
std::string order_of_sleepers(std::chrono::milliseconds unit) {
  std::string order;
  int started = 0;
  heddle::wait_group wg;
  const auto start = heddle::now();
  for (int delay : {5, 1, 4, 2, 3}) {
    wg.go([&, delay] {
      ++started;
      heddle::sleep_until(start + delay * unit);
      order += static_cast<char>('0' + delay);
    });
  }
  while (started < 5) heddle::yield();
  const bool in_time = heddle::now() < start + unit;
  wg.wait();
  return in_time ? order : std::string();
}

}  // namespace

TEST_CASE("on one worker sleepers wake in the order of their deadlines") {
  const auto body = [] {
    std::string order;
    for (auto unit = 1ms; order.empty(); unit *= 2) order = order_of_sleepers(unit);
    REQUIRE(order == "12345");
  };
  in_performance_mode(body, {.procs = 1});
}

TEST_CASE("a sleeper wakes while another goroutine keeps yielding") {
  in_performance_mode([] {
    std::atomic<bool> awake = false;
    heddle::go([&] {
      heddle::sleep_for(1ms);
      awake = true;
    });
    while (!awake) heddle::yield();
  });
}

TEST_CASE("a timer sends once on its channel") {
  in_performance_mode([] {
    const auto before = heddle::now();
    heddle::timer t(1ms);
    REQUIRE(*t.channel().recv() - before >= 1ms);
    REQUIRE_FALSE(t.stop());
    REQUIRE(t.channel().len() == 0);
  });
}

TEST_CASE("nothing is received from a stopped timer") {
  in_both_modes([] {
    heddle::timer t(1h);
    t.stop();  // exploration mode also finds it too late; then it takes the value back
    check(!t.stop());
    check(heddle::select(heddle::recv(t.channel()), heddle::otherwise()) == 1);
  });
}

TEST_CASE("stop takes back a value that was not received") {
  in_performance_mode([] {
    heddle::timer t(1ms);
    while (t.channel().len() == 0) heddle::yield();
    REQUIRE(t.stop());
    REQUIRE(t.channel().len() == 0);
    REQUIRE_FALSE(t.stop());
  });
}

TEST_CASE("what stop and reset say tells whether there is a value to be received") {
  in_both_modes([] {
    heddle::timer t(1ms);
    if (heddle::choose(2) == 0) heddle::sleep_for(2ms);  // it has fired
    if (!t.stop()) t.channel().recv();
    t.reset(1ms);
    if (heddle::choose(2) == 0) heddle::sleep_for(2ms);
    if (!t.reset(1ms)) t.channel().recv();
    t.channel().recv();
  });
}

TEST_CASE("reset takes back a value that was not received") {
  in_performance_mode([] {
    heddle::timer t(1ms);
    while (t.channel().len() == 0) heddle::yield();
    REQUIRE(t.reset(1h));
    REQUIRE(t.channel().len() == 0);
  });
}

TEST_CASE("a ticker that nobody has any more is let go") {
  in_performance_mode(
      [] {
        const auto next_due = [] {
          return heddle::performance::worker::current()->timers().earliest();
        };
        {
          const heddle::ticker unstopped(1ms);
          const auto ticks = heddle::tick(1ms);
          for (int i = 0; i < 3; ++i) ticks.recv();
        }
        const auto patience = heddle::now() + 10s;
        while (next_due() != heddle::time_point::max() && heddle::now() < patience) heddle::yield();
        REQUIRE(next_due() == heddle::time_point::max());
      },
      {.procs = 1});
}

TEST_CASE("an armed timer whose channel nobody has is let go at once") {
  in_performance_mode(
      [] {
        const auto& shelf = heddle::performance::worker::current()->timers();
        const auto kept = heddle::after(2h);
        heddle::after(1h);
        { const heddle::timer dropped(1h); }
        REQUIRE(shelf.earliest() - heddle::now() > 1h + 30min);
      },
      {.procs = 1});
}

TEST_CASE("a timer whose two handles are dropped at once, as it fires maybe, is let go") {
  std::vector<heddle::time_point> left;
  in_performance_mode(
      [&] {
        for (int i = 0; i < 3000; ++i) {
          const auto until = i % 2 == 0 ? heddle::duration(1h) : heddle::duration(i % 50 * 100);
          heddle::wait_group both;
          auto mine = heddle::after(until);
          both.go([theirs = mine]() mutable { theirs = {}; });
          for (int spins = i % 40; spins > 0; --spins) heddle::now();
          mine = {};
          both.wait();
        }
        heddle::sleep_for(1ms);  // those whose deadline came are fired
        for (unsigned i = 0; i < 2; ++i)
          left.push_back(
              heddle::performance::worker::current()->home().worker_at(i).timers().earliest());
      },
      {.procs = 2});
  REQUIRE(left == std::vector(2, heddle::time_point::max()));
}

TEST_CASE("a dropped timer that calls a function calls it") {
  in_performance_mode([] {
    const auto called = make_chan<bool>();
    heddle::after_func(1ms, [called] { called.send(true); });
    called.recv();
  });
}

TEST_CASE("reset moves a timer's deadline") {
  in_performance_mode([] {
    heddle::timer t(1h);
    const auto before = heddle::now();
    REQUIRE(t.reset(1ms));
    REQUIRE(*t.channel().recv() - before >= 1ms);
    REQUIRE_FALSE(t.reset(1ms));
    t.channel().recv();
  });
}

TEST_CASE("the longest delay never comes") {
  in_performance_mode([] {
    const auto never = heddle::after(heddle::duration::max());
    REQUIRE(heddle::select(heddle::recv(never), heddle::recv(heddle::after(1ms))) == 1);
  });
}

TEST_CASE("after_func runs its function in a goroutine, unless it is stopped") {
  in_performance_mode([] {
    const auto ran = make_chan<char>();
    auto stopped = heddle::after_func(1ms, [=] { ran.send('s'); });
    auto kept = heddle::after_func(2ms, [=] { ran.send('k'); });
    REQUIRE(stopped.stop());
    REQUIRE(ran.recv() == 'k');
    REQUIRE_FALSE(kept.stop());
    REQUIRE_FALSE(static_cast<bool>(kept.channel()));
  });
}

TEST_CASE("a ticker ticks until it is stopped") {
  in_performance_mode([] {
    heddle::ticker every(1ms);
    auto last = heddle::now();
    for (int i = 0; i < 3; ++i) {
      const auto tick = *every.channel().recv();
      REQUIRE(tick > last);
      last = tick;
    }
    every.stop();
    REQUIRE(heddle::select(heddle::recv(every.channel()), heddle::recv(heddle::after(5ms))) == 1);
  });
}

TEST_CASE("a ticker drops the ticks that a slow receiver misses") {
  in_performance_mode([] {
    const heddle::ticker every(1ms);
    heddle::sleep_for(10ms);
    REQUIRE(every.channel().len() == 1);
  });
}

TEST_CASE("reset changes a ticker's period") {
  in_performance_mode([] {
    heddle::ticker every(1h);
    every.reset(1ms);
    every.channel().recv();
    every.channel().recv();
  });
}

TEST_CASE("a ticker may be reset while it ticks") {
  in_performance_mode(
      [] {
        heddle::ticker t(1us);
        heddle::go([c = t.channel()] {
          for (;;) c.recv();
        });
        for (int i = 0; i < 2000; ++i) {
          t.reset(std::chrono::microseconds(1 + i % 3));
          heddle::yield();
        }
        t.stop();
      },
      {.procs = 2});
}

TEST_CASE("tick without a period is the nil channel") {
  in_both_modes([] { check(!heddle::tick(heddle::duration::zero())); });
}

TEST_CASE("a timer that outlives its program is not armed any more") {
  std::optional<heddle::timer> kept;
  in_performance_mode([&] { kept.emplace(1h); });
  in_performance_mode([&] { REQUIRE_FALSE(kept->stop()); });
}

// Outside of a goroutine, and maybe referring to what main has destroyed.
TEST_CASE("what an armed after_func refers to is not destroyed when the program ends") {
  bool destroyed = false;
  in_performance_mode([&] {
    const std::shared_ptr<bool> held(&destroyed, [](bool* it) { *it = true; });
    heddle::after_func(1h, [held] {});
  });
  REQUIRE_FALSE(destroyed);
  REQUIRE_FALSE(leaks_are_found());
}

TEST_CASE("a program may end while what an armed after_func refers to would use Heddle") {
  const child_outcome outcome = in_child_process([] {
    heddle::run([] {
      const auto c = make_chan<int>();
      heddle::go([c] { c.recv(); });
      until_blocked(1);
      const std::shared_ptr<void> closes_it(nullptr, [c](void*) { c.close(); });
      heddle::after_func(1h, [closes_it] {});
    });
  });
  REQUIRE(outcome.errors.empty());
  REQUIRE(outcome.exit_status == 0);
}

TEST_CASE("what a stopped after_func refers to is destroyed with it, also after its program") {
  bool destroyed = false;
  std::optional<heddle::timer> kept;
  in_performance_mode([&] {
    const std::shared_ptr<bool> held(&destroyed, [](bool* it) { *it = true; });
    kept = heddle::after_func(1h, [held] {});
  });
  REQUIRE_FALSE(destroyed);
  kept.reset();
  REQUIRE(destroyed);
}

// A reference that is counted under a mutex: who copies or drops it may block.
namespace {

struct counted_reference {
  struct count {
    heddle::mutex lock;
    int references = 0;
    int now() {
      const std::lock_guard hold(lock);
      return references;
    }
  };
  explicit counted_reference(count& c) : counted(&c) { add(1); }
  counted_reference(const counted_reference& other) : counted(other.counted) { add(1); }
  counted_reference& operator=(const counted_reference&) = delete;
  ~counted_reference() { add(-1); }
  void add(int change) {
    const std::lock_guard hold(counted->lock);
    counted->references += change;
  }
  count* counted;
};

}  // namespace

TEST_CASE("what an after_func refers to is copied and destroyed by goroutines alone") {
  in_performance_mode([] {
    counted_reference::count all;
    const auto ran = make_chan<bool>(1);
    heddle::after_func(1ms, [r = counted_reference(all), ran] { ran.send(true); });
    {
      const std::lock_guard hold(all.lock);
      heddle::sleep_for(5ms);  // the timer fires meanwhile
    }
    ran.recv();
    while (all.now() > 0) heddle::yield();
  });
}

TEST_CASE("what a timer refers to that is stopped while it fires is destroyed by goroutines alone") {
  in_performance_mode([] {
    const auto dropped = make_chan<bool>();
    heddle::go([dropped] {
      while (dropped.recv()) continue;
    });
    for (int i = 0; i < 2000; ++i) {
      const std::shared_ptr<void> tells(nullptr, [dropped](void*) { dropped.send(true); });
      auto t = heddle::after_func(std::chrono::microseconds(1), [tells] {});
      for (int spins = i % 50; spins > 0; --spins) heddle::now();
      t.stop();
      t = heddle::after_func(1h, [] {});  // gives the first one up
      t.stop();
    }
  });
}
