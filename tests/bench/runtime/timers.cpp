// Sleeping goroutines and timers.
#include <cstdint>
#include <random>
#include <vector>

#include "heddle/go.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"
#include "measure.hpp"

namespace {

using namespace bench;
using namespace std::chrono_literals;

void sleepers() {
  const int n = whole_or(100'000, 5'000);
  heddle::wait_group wg;
  wg.add(n);
  const stopwatch running;
  for (int i = 0; i < n; ++i) {
    const auto scattered = (static_cast<std::uint32_t>(i) * 2'654'435'761U >> 12) % 10'000;
    heddle::go([&wg, d = std::chrono::microseconds(scattered)] {
      heddle::sleep_for(d);
      wg.done();
    });
  }
  wg.wait();
  running.total("timers_100k_sleep10ms");
}

void create_stop() {
  const int n = scaled(2'000'000);
  const stopwatch running;
  for (int i = 0; i < n; ++i) heddle::timer(1h).stop();
  running.per_operation("timer_create_stop", n);
}

void create_stop_among_others() {
  const int n = scaled(2'000'000);
  std::mt19937 random(1);
  std::uniform_int_distribution<int> within_a_second(0, 999'999);
  std::vector<heddle::timer> others;
  for (int i = 0; i < 100'000; ++i)
    others.emplace_back(1h + std::chrono::microseconds(within_a_second(random)));
  const stopwatch running;
  for (int i = 0; i < n; ++i) heddle::timer(1h + std::chrono::milliseconds(i % 1024)).stop();
  running.per_operation("timer_create_stop_100k_armed", n);
}

const workload workloads[] = {
    {"timers_100k_sleep10ms", sleepers},
    {"timer_create_stop", create_stop},
    {"timer_create_stop_100k_armed", create_stop_among_others},
};

}  // namespace
