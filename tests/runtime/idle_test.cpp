// Workers that have nothing to do: what they leave to others, what they see to meanwhile, and how a
// program ends when nothing can ever run again, also with fewer workers than before.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <thread>

#include "both_modes.hpp"
#include "child_process.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"

using Catch::StartsWith;
using heddle::make_chan;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

// Computes without an operation until `done`, for ten seconds at most.
void compute_until(const std::atomic<bool>& done) {
  const auto give_up = steady_clock::now() + 10s;
  while (!done && steady_clock::now() < give_up) {
  }
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

TEST_CASE("an idle worker sees to whom a busy one has readied, whatever woke the busy one") {
  in_performance_mode(
      [] {
        std::atomic<bool> received = false;
        const auto c = make_chan<int>();
        heddle::wait_group wg;
        wg.go([&] {
          c.recv();
          received = true;
        });
        heddle::after(20ms).recv();  // all workers sleep; one of them fires the timer
        c.send(1);
        compute_until(received);
        heddle::check(received);
        wg.wait();
      },
      {.procs = 2});
}

TEST_CASE("an idle worker sees to the timers of a busy one, whatever woke the busy one") {
  in_performance_mode(
      [] {
        std::atomic<bool> slept = false;
        heddle::wait_group wg;
        wg.go([&] {
          heddle::sleep_for(40ms);
          slept = true;
        });
        heddle::after(20ms).recv();
        compute_until(slept);
        heddle::check(slept);
        wg.wait();
      },
      {.procs = 2});
}

// Work that was not worth stealing discourages a thief: its worker naps for up to 1.6 ms.
TEST_CASE("a worker that naps before it steals again wakes for its own timers") {
  in_performance_mode(
      [] {
        for (int i = 0; i < 10; ++i) {
          std::atomic<bool> stolen = false;
          heddle::go([&] { stolen = true; });
          compute_until(stolen);
        }
        std::atomic<bool> done = false;
        auto shortest = steady_clock::duration::max();
        heddle::wait_group wg;
        wg.go([&] {
          heddle::sleep_for(100us);  // some nap has begun before, perhaps
          for (int i = 0; i < 50; ++i) {
            const auto before = steady_clock::now();
            heddle::sleep_for(100us);
            shortest = std::min(shortest, steady_clock::now() - before);
          }
          done = true;
        });
        compute_until(done);
        wg.wait();
        heddle::check(shortest < 1ms);
      },
      {.procs = 2});
}

TEST_CASE("a worker whose turn a due timer interrupts does not take that for having nothing to do") {
  const auto options = GENERATE(0, 1, 2);
  in_performance_mode(
      [] {
        const heddle::ticker always_due(1ns);  // nobody reads it
        heddle::wait_group wg;
        for (int i = 0; i < 4; ++i)
          wg.go([] {
            for (int turn = 0; turn < 20'000; ++turn) heddle::yield();
          });
        wg.wait();
      },
      options == 0 ? in_order() : heddle::run_options{.procs = options});
}

TEST_CASE("a program with fewer workers than before uses no processor time when idle") {
  for (const int fewer : {1, 2})
    in_performance_mode(
        [=] {
          heddle::max_procs(fewer);
          const double before = processor_seconds();
          heddle::sleep_for(200ms);
          heddle::check(processor_seconds() - before < 0.05);
        },
        {.procs = 3});
}

TEST_CASE("a deadlock is found after the number of workers was lowered, and raised again") {
  const bool raised = GENERATE(false, true);
  for (int i = 0; i < 20; ++i) {
    const child_outcome outcome = in_child_process([=] {
      heddle::run(
          [=] {
            heddle::max_procs(1);
            if (raised) heddle::max_procs(2);
            make_chan<int>().recv();
          },
          {.procs = 2});
    });
    REQUIRE(outcome.exit_status == 2);
    REQUIRE_THAT(outcome.errors, StartsWith("fatal error: all goroutines are asleep - deadlock!\n"));
  }
}

TEST_CASE("what a surplus worker is still running is no deadlock") {
  in_performance_mode(
      [] {
        std::atomic<bool> runs = false;
        const auto c = make_chan<int>();
        heddle::go([&, c] {
          runs = true;
          const auto end = steady_clock::now() + 50ms;
          while (steady_clock::now() < end) {
          }
          c.send(1);
        });
        while (!runs) std::this_thread::yield();  // on the other worker
        heddle::max_procs(1);
        heddle::check(c.recv() == 1);
      },
      {.procs = 2});
}
