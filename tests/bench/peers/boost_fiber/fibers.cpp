#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "../../runtime/measure.hpp"
#include "fibers.hpp"

namespace {

using namespace bench;
using namespace std::chrono_literals;

void spawn_join() {
  const int n = scaled(1'000'000);
  const stopwatch running;
  for (int batch = 0; batch < n / 1000; ++batch) {
    wait_group wg(1000);
    for (int i = 0; i < 1000; ++i) spawn([&wg] { wg.done(); });
    wg.wait();
  }
  running.per_operation("spawn_join", n);
}

void yielding() {
  const int n = scaled(5'000'000);
  wait_group wg(2);
  const stopwatch running;
  for (int g = 0; g < 2; ++g)
    spawn([&wg, n] {
      for (int i = 0; i < n; ++i) yield();
      wg.done();
    });
  wg.wait();
  running.per_operation("yield", 2.0 * n);
}

// Shared, since a sender may still be inside send() when the receiver has returned.
using shared_channel = std::shared_ptr<channel<long>>;

void skynet_node(const shared_channel& up, long number, int size) {
  constexpr int children = 10;
  if (size == 1) {
    up->send(number);
    return;
  }
  const auto c = std::make_shared<channel<long>>();
  for (int i = 0; i < children; ++i) {
    const int part = size / children;
    spawn([c, first = number + static_cast<long>(i) * part, part] { skynet_node(c, first, part); });
  }
  long sum = 0;
  for (int i = 0; i < children; ++i) {
    long v = 0;
    c->recv(v);
    sum += v;
  }
  up->send(sum);
}

void skynet() {
  const int size = whole_or(1'000'000, 100'000);
  const stopwatch running;
  const auto c = std::make_shared<channel<long>>();
  spawn([c, size] { skynet_node(c, 0, size); });
  long sum = 0;
  c->recv(sum);
  if (sum != static_cast<long>(size) * (size - 1) / 2) throw std::logic_error("skynet");
  running.total("skynet_1M");
}

long fib(int n) {
  if (n < 2) return n;
  const auto c = std::make_shared<channel<long>>(1);
  spawn([c, n] { c->send(fib(n - 1)); });
  const long b = fib(n - 2);
  long a = 0;
  c->recv(a);
  return a + b;
}

void fib_27() {
  const int n = whole_or(27, 20);
  const stopwatch running;
  const auto done = std::make_shared<channel<long>>();
  spawn([done, n] { done->send(fib(n)); });
  long got = 0;
  done->recv(got);
  if (got != (n == 27 ? 196'418 : 6'765)) throw std::logic_error("fib");
  running.total("fib_27_chan");
}

void fan_out() {
  const int n = scaled(20'000);
  wait_group wg(n);
  std::atomic<int> zeros{0};
  const stopwatch running;
  for (int i = 0; i < n; ++i)
    spawn([&] {
      if (burn(20'000) == 0) zeros.fetch_add(1);
      wg.done();
    });
  wg.wait();
  running.total("fanout_20k_x20us");
}

void spawn_idle(const std::string& name, int n) {
  const double resident_before = peak_resident_bytes();
  channel<int> gate;
  wait_group wg(n);
  std::atomic<int> started{0};
  const stopwatch running;
  for (int i = 0; i < n; ++i) {
    spawn([&] {
      started.fetch_add(1, std::memory_order_relaxed);
      int v = 0;
      gate.recv(v);
      wg.done();
    });
    if (i % 256 == 255) yield();
  }
  while (started.load() < n) yield();
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

void idle_program() {
  channel<int> gate;
  for (int i = 0; i < 1000; ++i)
    spawn([&gate] {
      int v = 0;
      gate.recv(v);
    });
  boost::this_fiber::sleep_for(100ms);
  const stopwatch running;
  boost::this_fiber::sleep_for(1s);
  report("idle_program_cpu", 100 * running.cpu_ns() / running.wall_ns(), "%");
}

void sleepers() {
  const int n = whole_or(100'000, 5'000);
  wait_group wg(n);
  const stopwatch running;
  for (int i = 0; i < n; ++i) {
    const auto scattered = (static_cast<std::uint32_t>(i) * 2'654'435'761U >> 12) % 10'000;
    spawn([&wg, d = std::chrono::microseconds(scattered)] {
      boost::this_fiber::sleep_for(d);
      wg.done();
    });
    if (i % 256 == 255) yield();
  }
  wg.wait();
  running.total("timers_100k_sleep10ms");
}

const workload workloads[] = {
    {"spawn_join", spawn_join},
    {"yield", yielding},
    {"skynet_1M", skynet},
    {"fib_27_chan", fib_27},
    {"fanout_20k_x20us", fan_out},
    {"spawn_idle_100k", idle_100k},
    {"spawn_idle_1M", idle_1m},
    {"idle_program_cpu", idle_program},
    {"timers_100k_sleep10ms", sleepers},
};

}  // namespace
