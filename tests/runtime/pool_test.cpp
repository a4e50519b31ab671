// The pool: heddle::run, scheduling, blocking calls, a user's run queue.
#include "heddle/runtime.hpp"

#include <malloc.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "both_modes.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"
#include "leak_checker.hpp"

using heddle::make_chan;
using namespace std::chrono_literals;

namespace {

// Runs the newest goroutine first; sleeping is left to std::this_thread, a poll for the test's
// sake.
class newest_first final : public heddle::run_queue {
 public:
  void push(heddle::runnable& r, heddle::readied) noexcept override {
    r.link = std::exchange(top_, &r);
  }
  heddle::runnable* pop() noexcept override {
    return top_ == nullptr ? nullptr : std::exchange(top_, top_->link);
  }
  void sleep_until(time_point) noexcept override { std::this_thread::yield(); }
  void notify() noexcept override {}

 private:
  heddle::runnable* top_ = nullptr;
};

std::string order_of_three(const heddle::run_options& options) {
  std::string order;
  in_performance_mode(
      [&] {
        heddle::wait_group wg;
        for (char name : {'a', 'b', 'c'}) wg.go([&, name] { order += name; });
        wg.wait();
      },
      options);
  return order;
}

// HEDDLE_PROCS for the life of this; null: unset.
class procs_variable {
 public:
  explicit procs_variable(const char* value) {
    if (const char* before = std::getenv("HEDDLE_PROCS")) before_ = before;
    set(value);
  }
  procs_variable(const procs_variable&) = delete;
  procs_variable& operator=(const procs_variable&) = delete;
  ~procs_variable() { set(before_ ? before_->c_str() : nullptr); }

 private:
  static void set(const char* value) {
    value == nullptr ? unsetenv("HEDDLE_PROCS") : setenv("HEDDLE_PROCS", value, 1);
  }
  std::optional<std::string> before_;
};

// How much memory stays in use after a run, on average. AddressSanitizer's allocator does not say.
double bytes_left_by(const std::function<void()>& f) {
  constexpr int runs = 1000;
  f();  // what is made once
  const std::size_t before = mallinfo2().uordblks;
  for (int i = 0; i < runs; ++i) f();
  return (static_cast<double>(mallinfo2().uordblks) - static_cast<double>(before)) / runs;
}

int procs_of(const heddle::run_options& options) {
  int procs = 0;
  in_performance_mode([&] { procs = heddle::max_procs(); }, options);
  return procs;
}

}  // namespace

TEST_CASE("run returns 0 when main returns, and abandons the others") {
  bool ended = false;
  const auto never = make_chan<int>();
  REQUIRE(heddle::run([&] {
            heddle::go([&, never] {
              never.recv();
              ended = true;
            });
            heddle::go([&] { ended = true; });
          }) == 0);
  REQUIRE_FALSE(ended);
}

TEST_CASE("an abandoned goroutine's destructors do not run") {
  bool destroyed = false;
  const auto never = make_chan<int>();
  in_performance_mode([&] {
    heddle::go([&, never] {
      const heddle::defer tell([&] { destroyed = true; });
      never.recv();
    });
    heddle::yield();
  });
  REQUIRE_FALSE(destroyed);
}

TEST_CASE("one run follows another") {
  for (int i = 0; i < 3; ++i) {
    in_performance_mode([=] {
      const auto c = make_chan<int>();
      heddle::go([=] { c.send(i); });
      heddle::go([=] { make_chan<int>().recv(); });  // abandoned
      REQUIRE(c.recv() == i);
      while (heddle::num_goroutines() > 2) heddle::yield();  // the sender ends, elsewhere perhaps
      REQUIRE(heddle::num_goroutines() == 2);
    });
  }
}

TEST_CASE("the names of main and of abandoned goroutines are given back when the program ends") {
  const std::string long_name(1000, 'x');
  const auto main_alone = [] { in_performance_mode([] {}, {.procs = 1}); };
  const auto with_abandoned = [&] {  // its task is never destroyed
    in_performance_mode([&] { heddle::go(heddle::named(long_name), [] {}); }, {.procs = 1});
  };
  REQUIRE(bytes_left_by(main_alone) < 16);
  REQUIRE(bytes_left_by(with_abandoned) < 500);
  REQUIRE_FALSE(leaks_are_found());
}

#ifdef __SANITIZE_ADDRESS__
TEST_CASE("AddressSanitizer forgets the frames of stacks that are unmapped") {
  char* frame = nullptr;
  in_performance_mode(
      [&] {
        heddle::wait_group wg;
        wg.go([&] { frame = static_cast<char*>(__builtin_frame_address(0)); });
        wg.wait();
      },
      {.procs = 1});
  constexpr std::size_t around = 4096;
  REQUIRE(__asan_region_is_poisoned(frame - around, 2 * around) == nullptr);
}
#endif

TEST_CASE("two threads may run a program each") {
  const auto count = [](int& sum) {
    heddle::run([&] {
      const auto c = make_chan<int>();
      heddle::go([=] {
        for (int i = 0; i < 1000; ++i) c.send(i);
        c.close();
      });
      for (int v : c) sum += v;
    });
  };
  int one = 0, other = 0;
  std::thread beside([&] { count(other); });
  count(one);
  beside.join();
  REQUIRE(one == 499500);
  REQUIRE(other == 499500);
}

TEST_CASE("goroutines take turns in the order in which they became ready") {
  in_performance_mode([] {
    std::string order;
    heddle::wait_group wg;
    for (char name : {'a', 'b', 'c'}) {
      wg.go([&, name] {
        for (int i = 0; i < 3; ++i) {
          order += name;
          heddle::yield();
        }
      });
    }
    wg.wait();
    REQUIRE(order == "abcabcabc");
  }, in_order());
}

TEST_CASE("a program may bring its own run queue") {
  REQUIRE(order_of_three(in_order()) == "abc");
  heddle::run_options options;
  options.make_run_queue = [] { return std::make_unique<newest_first>(); };
  REQUIRE(order_of_three(options) == "cba");
}

TEST_CASE("num_goroutines counts those that exist, the caller included") {
  in_performance_mode([] {
    REQUIRE(heddle::num_goroutines() == 1);
    const auto c = make_chan<int>();
    heddle::go([=] { c.recv(); });
    REQUIRE(heddle::num_goroutines() == 2);
    c.send(1);
    while (heddle::num_goroutines() > 1) heddle::yield();  // the receiver ends, elsewhere perhaps
    REQUIRE(heddle::num_goroutines() == 1);
  });
}

TEST_CASE("many goroutines share few stacks") {
  in_performance_mode([] {
    heddle::wait_group wg;
    std::atomic<int> ran = 0;
    for (int i = 0; i < 20000; ++i) {
      wg.go([&] { ++ran; });
      if (i % 100 == 99) wg.wait();
    }
    wg.wait();
    REQUIRE(ran == 20000);
  });
}

TEST_CASE("the number of workers is the option, else HEDDLE_PROCS, else that of cores") {
  heddle::run_options three;
  three.procs = 3;
  {
    const procs_variable variable("5");
    REQUIRE(procs_of({}) == 5);
    REQUIRE(procs_of(three) == 3);
  }
  const auto* ignored = GENERATE(as<const char*>(), nullptr, "", "0", "-2", "four", "4x");
  const procs_variable variable(ignored);
  REQUIRE(procs_of({}) == static_cast<int>(std::thread::hardware_concurrency()));
}

TEST_CASE("max_procs sets the number of workers and returns the one before") {
  in_performance_mode([] {
    const int before = heddle::max_procs(2);
    REQUIRE(heddle::max_procs(0) == 2);
    REQUIRE(heddle::max_procs(-1) == 2);
    REQUIRE(heddle::max_procs(before) == 2);
  });
}

TEST_CASE("choose draws every value") {
  in_performance_mode([] {
    std::vector<int> times(4);
    for (int i = 0; i < 1000; ++i) ++times.at(static_cast<std::size_t>(heddle::choose(4)));
    for (int n : times) REQUIRE(n > 0);
  });
}

TEST_CASE("a blocking call does not hold up other goroutines") {
  in_performance_mode([] {
    std::atomic<bool> release = false;
    heddle::go([&] { release = true; });
    heddle::blocking([&] {
      while (!release) std::this_thread::yield();
    });
  });
}

TEST_CASE("blocking calls run beside each other") {
  in_performance_mode([] {
    constexpr int calls = 4;
    std::atomic<int> inside = 0;
    heddle::wait_group wg;
    for (int i = 0; i < calls; ++i) {
      wg.go([&] {
        heddle::blocking([&] {
          ++inside;
          while (inside < calls) std::this_thread::yield();
        });
      });
    }
    wg.wait();
  });
}

TEST_CASE("a blocking call returns its function's result") {
  in_performance_mode([] {
    REQUIRE(heddle::blocking([] { return 42; }) == 42);
    REQUIRE(*heddle::blocking([] { return std::make_unique<int>(7); }) == 7);
  });
}

TEST_CASE("a blocking call raises what its function throws") {
  in_performance_mode([] {
    for (int i = 0; i < 3; ++i)
      REQUIRE_THROWS_AS(heddle::blocking([] { throw std::range_error("x"); }), std::range_error);
  });
}

TEST_CASE("a blocking call runs on a thread that is used again") {
  in_performance_mode([] {
    const auto thread_id = [] { return std::this_thread::get_id(); };
    const std::thread::id first = heddle::blocking(thread_id);
    REQUIRE(first != std::this_thread::get_id());
    // The thread is idle again once it has taken the pool's lock; a new one is started before.
    bool used_again = false;
    while (!used_again) used_again = heddle::blocking(thread_id) == first;
  });
}

TEST_CASE("a blocking call may not use Heddle") {
  in_performance_mode(
      [] { REQUIRE_THROWS_AS(heddle::blocking([] { heddle::yield(); }), heddle::panic); });
}

TEST_CASE("main may return while a blocking call is outstanding") {
  const auto release = std::make_shared<std::atomic<bool>>(false);
  const auto entered = std::make_shared<std::atomic<bool>>(false);
  in_performance_mode([&] {
    heddle::go([=] {
      heddle::blocking([=] {
        *entered = true;
        while (!*release) std::this_thread::yield();
      });
    });
    while (!*entered) heddle::yield();
  });
  *release = true;
  in_performance_mode([] { heddle::blocking([] {}); });
}

TEST_CASE("an idle program uses no processor time") {
  in_performance_mode([] {
    const std::clock_t before = std::clock();
    heddle::sleep_for(200ms);
    const double used_s = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    REQUIRE(used_s < 0.05);
  });
}
