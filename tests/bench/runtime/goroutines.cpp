// Creating goroutines, switching between them, and programs that consist of little else.
#include <atomic>
#include <stdexcept>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "measure.hpp"

namespace {

using namespace bench;

void spawn_join() {
  const int n = scaled(1'000'000);
  const stopwatch running;
  for (int batch = 0; batch < n / 1000; ++batch) {
    heddle::wait_group wg;
    wg.add(1000);
    for (int i = 0; i < 1000; ++i) heddle::go([&wg] { wg.done(); });
    wg.wait();
  }
  running.per_operation("spawn_join", n);
}

void yield() {
  const int n = scaled(5'000'000);
  heddle::wait_group wg;
  wg.add(2);
  const stopwatch running;
  for (int g = 0; g < 2; ++g)
    heddle::go([&wg, n] {
      for (int i = 0; i < n; ++i) heddle::yield();
      wg.done();
    });
  wg.wait();
  running.per_operation("yield", 2.0 * n);
}

// A tree of a million leaves, ten to a node; each sends its number up.
void skynet_node(const heddle::chan<long>& up, long number, int size) {
  constexpr int children = 10;
  if (size == 1) {
    up.send(number);
    return;
  }
  const auto c = heddle::make_chan<long>();
  for (int i = 0; i < children; ++i) {
    const int part = size / children;
    heddle::go(
        [c, first = number + static_cast<long>(i) * part, part] { skynet_node(c, first, part); });
  }
  long sum = 0;
  for (int i = 0; i < children; ++i) sum += *c.recv();
  up.send(sum);
}

void skynet() {
  const int size = whole_or(1'000'000, 100'000);
  const stopwatch running;
  const auto c = heddle::make_chan<long>();
  heddle::go([c, size] { skynet_node(c, 0, size); });
  if (*c.recv() != static_cast<long>(size) * (size - 1) / 2) throw std::logic_error("skynet");
  running.total("skynet_1M");
}

long fib(int n) {
  if (n < 2) return n;
  const auto c = heddle::make_chan<long>(1);
  heddle::go([c, n] { c.send(fib(n - 1)); });
  const long b = fib(n - 2);
  return *c.recv() + b;
}

void fib_27() {
  const int n = whole_or(27, 20);
  const stopwatch running;
  const auto done = heddle::make_chan<long>();
  heddle::go([done, n] { done.send(fib(n)); });
  if (*done.recv() != (n == 27 ? 196'418 : 6'765)) throw std::logic_error("fib");
  running.total("fib_27_chan");
}

void fan_out() {
  const int n = scaled(20'000);
  heddle::wait_group wg;
  wg.add(n);
  std::atomic<int> zeros{0};
  const stopwatch running;
  for (int i = 0; i < n; ++i)
    heddle::go([&] {
      if (burn(20'000) == 0) zeros.fetch_add(1);
      wg.done();
    });
  wg.wait();
  running.total("fanout_20k_x20us");
}

const workload workloads[] = {
    {"spawn_join", spawn_join},    {"yield", yield}, {"skynet_1M", skynet}, {"fib_27_chan", fib_27},
    {"fanout_20k_x20us", fan_out},
};

}  // namespace
