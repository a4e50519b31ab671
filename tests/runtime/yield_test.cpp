// A goroutine that waits by yielding keeps its worker from resting, and from nothing else: the
// worker sees to the goroutines and the timers of another that is busy with one long turn, or gone.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "both_modes.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/stats.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"

using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 5s;

// Waits by yielding, for some seconds at most.
bool yields_until(const std::atomic<bool>& done) {
  const auto give_up = steady_clock::now() + patience;
  while (!done && steady_clock::now() < give_up) heddle::yield();
  return done;
}

// On one of two workers a goroutine runs `first` and then computes, without an operation, until
// what `first` left to be done is done. The other worker's goroutines, main and perhaps another,
// wait for that by yielding: true where it was done meanwhile.
bool is_done_beside_a_long_turn(bool another_yields,
                                const std::function<void(std::atomic<bool>&)>& first) {
  std::atomic<bool> begun = false, done = false, given_up = false;
  heddle::wait_group wg;
  wg.go([&] {
    begun = true;
    first(done);
    while (!done && !given_up) {
    }
  });
  while (!begun) std::this_thread::yield();  // this worker is busy, so that was on the other
  if (another_yields) wg.go([&] { yields_until(done); });
  const bool meanwhile = yields_until(done);
  given_up = true;
  while (!done) heddle::yield();
  wg.wait();
  return meanwhile;
}

bool is_blocked(const char* name) {
  for (const heddle::goroutine_info& g : heddle::goroutines())
    if (g.name == name) return g.status == heddle::goroutine_status::blocked;
  return false;
}

}  // namespace

TEST_CASE("what a busy worker has spawned runs while the others wait by yielding") {
  const bool another_yields = GENERATE(false, true);
  in_performance_mode(
      [=] {
        heddle::check(is_done_beside_a_long_turn(another_yields, [](std::atomic<bool>& done) {
          heddle::go([&done] { done = true; });
        }));
      },
      {.procs = 2});
}

TEST_CASE("whom a busy worker has readied runs while the others wait by yielding") {
  const bool another_yields = GENERATE(false, true);
  const int readied = GENERATE(1, 2);  // the last one waits apart from the queues
  in_performance_mode(
      [=] {
        const auto c = heddle::make_chan<int>();
        heddle::check(is_done_beside_a_long_turn(another_yields, [&](std::atomic<bool>& done) {
          std::atomic<int>& left = *new std::atomic<int>(readied);
          for (int i = 0; i < readied; ++i)
            heddle::go([&left, &done, c] {
              c.recv();
              if (--left > 0) return;
              delete &left;
              done = true;
            });
          until_blocked(readied);
          for (int i = 0; i < readied; ++i) c.send(i);
        }));
      },
      {.procs = 2});
}

TEST_CASE("a busy worker's timers fire while the others wait by yielding") {
  const bool another_yields = GENERATE(false, true);
  in_performance_mode(
      [=] {
        heddle::check(is_done_beside_a_long_turn(another_yields, [](std::atomic<bool>& done) {
          heddle::after_func(20ms, [&done] { done = true; });
        }));
      },
      {.procs = 2});
}

TEST_CASE("a goroutine that sleeps on a worker that is wanted no more wakes while others yield") {
  const bool another_yields = GENERATE(false, true);
  in_performance_mode(
      [=] {
        std::atomic<bool> awake = false;
        heddle::wait_group wg;
        wg.add(1);
        heddle::go(heddle::named("sleeper"), [&] {
          heddle::sleep_for(50ms);
          awake = true;
          wg.done();
        });
        while (!is_blocked("sleeper")) std::this_thread::yield();  // on the other worker
        heddle::max_procs(1);
        if (another_yields) wg.go([&] { yields_until(awake); });
        const bool meanwhile = yields_until(awake);
        wg.wait();
        heddle::check(meanwhile);
      },
      {.procs = 2});
}
