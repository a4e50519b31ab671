#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "../../runtime/measure.hpp"
#include "fibers.hpp"

namespace {

using namespace bench;

void drain(channel<int>& c) {
  long sum = 0;
  for (int v = 0; c.recv(v);) sum += v;
  keep(sum);
}

void pingpong() {
  const int n = scaled(2'000'000);
  channel<int> there;
  channel<int> back;
  wait_group wg(2);
  const stopwatch running;
  spawn([&] {
    for (int v = 0; there.recv(v);) back.send(v);
    back.close();
    wg.done();
  });
  spawn([&, n] {
    for (int i = 0; i < n; ++i) {
      there.send(i);
      int v = 0;
      back.recv(v);
    }
    there.close();
    wg.done();
  });
  wg.wait();
  running.per_operation("pingpong_unbuf", n);
}

void one_to_one(std::string_view name, std::size_t capacity, int values) {
  const int n = scaled(values);
  channel<int> c(capacity);
  wait_group wg(2);
  const stopwatch running;
  spawn([&, n] {
    for (int i = 0; i < n; ++i) c.send(i);
    c.close();
    wg.done();
  });
  spawn([&] {
    drain(c);
    wg.done();
  });
  wg.wait();
  running.per_operation(name, n);
}

void spsc_unbuffered() { one_to_one("spsc_unbuf", 0, 4'000'000); }
void spsc_buffered() { one_to_one("spsc_buf128", 128, 10'000'000); }

void mpmc() {
  const int each = scaled(4'000'000) / 4;
  channel<int> c(128);
  wait_group producers(4);
  wait_group consumers(4);
  const stopwatch running;
  for (int p = 0; p < 4; ++p) {
    spawn([&, each] {
      for (int i = 0; i < each; ++i) c.send(i);
      producers.done();
    });
    spawn([&] {
      drain(c);
      consumers.done();
    });
  }
  producers.wait();
  c.close();
  consumers.wait();
  running.per_operation("buffered_mpmc_4x4", 4.0 * each);
}

void same_goroutine() {
  const int n = scaled(30'000'000);
  channel<int> c(1);
  const stopwatch running;
  for (int i = 0; i < n; ++i) {
    c.send(i);
    int v = 0;
    c.recv(v);
  }
  running.per_operation("chan_sendrecv_same_g", n);
}

void ring() {
  constexpr std::size_t length = 1000;
  const int laps = scaled(3'000);
  std::vector<std::unique_ptr<channel<int>>> links;
  for (std::size_t i = 0; i < length; ++i) links.push_back(std::make_unique<channel<int>>());
  wait_group wg(length);
  for (std::size_t i = 0; i < length; ++i) {
    const bool last = i == length - 1;
    spawn([&wg, in = links[i].get(), out = links[(i + 1) % length].get(), last] {
      for (int v = 0; in->recv(v);) {
        if (last && --v == 0) break;
        out->send(v);
      }
      out->close();
      wg.done();
    });
  }
  const stopwatch running;
  links[0]->send(laps);
  wg.wait();
  running.per_operation("ring_1000", static_cast<double>(laps) * length);
}

void pipeline() {
  constexpr std::size_t stages = 100;
  const int n = scaled(10'000);
  std::vector<std::unique_ptr<channel<int>>> c;
  for (std::size_t i = 0; i <= stages; ++i) c.push_back(std::make_unique<channel<int>>());
  const stopwatch running;
  for (std::size_t i = 0; i < stages; ++i)
    spawn([in = c[i].get(), out = c[i + 1].get()] {
      for (int v = 0; in->recv(v);) out->send(v + 1);
      out->close();
    });
  spawn([first = c[0].get(), n] {
    for (int i = 0; i < n; ++i) first->send(i);
    first->close();
  });
  drain(*c[stages]);
  running.per_operation("pipeline_100", static_cast<double>(stages) * n);
  for (auto& one : c) one.release();  // a stage may still be inside close()
}

// Only a buffered channel can be tried.
void select_default() {
  const int n = scaled(100'000'000);
  channel<int> c(1);
  int v = 0;
  const stopwatch running;
  for (int i = 0; i < n; ++i) c.try_recv(v);
  running.per_operation("select_default_empty", n);
  keep(v);
}

void sieve() {
  const int primes = whole_or(2000, 200);
  const stopwatch running;
  wait_group wg(1);
  spawn([&, primes] {
    auto* in = new channel<int>();
    spawn([in] {
      for (int i = 2;; ++i) in->send(i);
    });
    for (int i = 0; i < primes; ++i) {
      int prime = 0;
      in->recv(prime);
      auto* out = new channel<int>();
      spawn([in, out, prime] {
        for (int v = 0; in->recv(v);)
          if (v % prime != 0) out->send(v);
      });
      in = out;
      keep(prime);
    }
    running.total("sieve_2000");
    std::fflush(stdout);
    std::_Exit(0);
  });
  wg.wait();
}

const workload workloads[] = {
    {"pingpong_unbuf", pingpong},
    {"spsc_unbuf", spsc_unbuffered},
    {"spsc_buf128", spsc_buffered},
    {"buffered_mpmc_4x4", mpmc},
    {"chan_sendrecv_same_g", same_goroutine},
    {"ring_1000", ring},
    {"pipeline_100", pipeline},
    {"select_default_empty", select_default},
    {"sieve_2000", sieve},
};

}  // namespace
