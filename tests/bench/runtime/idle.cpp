// Goroutines that wait: what they cost to create, keep and wake, and what an idle program uses.
#include <atomic>
#include <string>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"
#include "measure.hpp"

namespace {

using namespace bench;
using namespace std::chrono_literals;

// NAME_create: until all n are blocked; NAME_wake: from one close until all have ended; NAME: both.
void spawn_idle(const std::string& name, int n) {
  const double resident_before = peak_resident_bytes();
  const auto gate = heddle::make_chan<int>();
  heddle::wait_group wg;
  wg.add(n);
  std::atomic<int> started{0};
  const stopwatch running;
  for (int i = 0; i < n; ++i)
    heddle::go([&, gate] {
      started.fetch_add(1, std::memory_order_relaxed);
      gate.recv();
      wg.done();
    });
  while (started.load() < n) heddle::yield();
  running.per_operation(name + "_create", n);
  const double resident_after = peak_resident_bytes();
  const stopwatch waking;
  gate.close();
  wg.wait();
  waking.per_operation(name + "_wake", n);
  running.per_operation(name, n);
  report(name + "_rss", (resident_after - resident_before) / n, "B");
}

void idle_100k() { spawn_idle("spawn_idle_100k", 100'000); }
void idle_1m() { spawn_idle("spawn_idle_1M", 1'000'000); }

// 1000 goroutines wait for a channel and main for a timer, for a second.
void idle_program() {
  const auto gate = heddle::make_chan<int>();
  for (int i = 0; i < 1000; ++i) heddle::go([gate] { gate.recv(); });
  heddle::sleep_for(100ms);  // everything that there was to do is done
  const stopwatch running;
  heddle::sleep_for(1s);
  report("idle_program_cpu", 100 * running.cpu_ns() / running.wall_ns(), "%");
}

const workload workloads[] = {
    {"spawn_idle_100k", idle_100k},
    {"spawn_idle_1M", idle_1m},
    {"idle_program_cpu", idle_program},
};

}  // namespace
