// Channels and select.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"
#include "measure.hpp"

namespace {

using namespace bench;

// Receives until the channel is closed.
void drain(const heddle::chan<int>& c) {
  long sum = 0;
  for (const int v : c) sum += v;
  keep(sum);
}

void pingpong() {
  const int n = scaled(2'000'000);
  const auto there = heddle::make_chan<int>();
  const auto back = heddle::make_chan<int>();
  heddle::wait_group wg;
  wg.add(2);
  const stopwatch running;
  heddle::go([&] {
    for (const int v : there) back.send(v);
    back.close();
    wg.done();
  });
  heddle::go([&, n] {
    for (int i = 0; i < n; ++i) {
      there.send(i);
      keep(*back.recv());
    }
    there.close();
    wg.done();
  });
  wg.wait();
  running.per_operation("pingpong_unbuf", n);
}

void one_to_one(std::string_view name, std::size_t capacity, int values) {
  const int n = scaled(values);
  const auto c = heddle::make_chan<int>(capacity);
  heddle::wait_group wg;
  wg.add(2);
  const stopwatch running;
  heddle::go([&, n] {
    for (int i = 0; i < n; ++i) c.send(i);
    c.close();
    wg.done();
  });
  heddle::go([&] {
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
  const auto c = heddle::make_chan<int>(128);
  heddle::wait_group producers;
  heddle::wait_group consumers;
  producers.add(4);
  consumers.add(4);
  const stopwatch running;
  for (int p = 0; p < 4; ++p) {
    heddle::go([&, each] {
      for (int i = 0; i < each; ++i) c.send(i);
      producers.done();
    });
    heddle::go([&] {
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
  const auto c = heddle::make_chan<int>(1);
  const stopwatch running;
  for (int i = 0; i < n; ++i) {
    c.send(i);
    keep(*c.recv());
  }
  running.per_operation("chan_sendrecv_same_g", n);
}

// A number goes round until it is zero; the last goroutine counts the laps.
void ring() {
  constexpr std::size_t length = 1000;
  const int laps = scaled(3'000);
  std::vector<heddle::chan<int>> links;
  for (std::size_t i = 0; i < length; ++i) links.push_back(heddle::make_chan<int>());
  heddle::wait_group wg;
  wg.add(length);
  for (std::size_t i = 0; i < length; ++i) {
    const bool last = i == length - 1;
    heddle::go([&wg, in = links[i], out = links[(i + 1) % length], last] {
      for (int v : in) {
        if (last && --v == 0) break;
        out.send(v);
      }
      out.close();
      wg.done();
    });
  }
  const stopwatch running;
  links[0].send(laps);
  wg.wait();
  running.per_operation("ring_1000", static_cast<double>(laps) * length);
}

void pipeline() {
  constexpr int stages = 100;
  const int n = scaled(10'000);
  const stopwatch running;
  const auto first = heddle::make_chan<int>();
  auto in = first;
  for (int i = 0; i < stages; ++i) {
    const auto out = heddle::make_chan<int>();
    heddle::go([in, out] {
      for (const int v : in) out.send(v + 1);
      out.close();
    });
    in = out;
  }
  heddle::go([first, n] {
    for (int i = 0; i < n; ++i) first.send(i);
    first.close();
  });
  drain(in);
  running.per_operation("pipeline_100", static_cast<double>(stages) * n);
}

void fan_in() {
  const int each = scaled(2'000'000) / 4;
  std::array<heddle::chan<int>, 4> c;
  for (auto& one : c) {
    one = heddle::make_chan<int>();
    heddle::go([one, each] {
      for (int i = 0; i < each; ++i) one.send(i);
    });
  }
  const auto done = heddle::make_chan<bool>();
  const stopwatch running;
  heddle::go([&, each] {
    long sum = 0;
    int v = 0;
    for (int i = 0; i < 4 * each; ++i) {
      heddle::select(heddle::recv(c[0], v), heddle::recv(c[1], v), heddle::recv(c[2], v),
                     heddle::recv(c[3], v));
      sum += v;
    }
    keep(sum);
    done.send(true);
  });
  done.recv();
  running.per_operation("select_fanin_4", 4.0 * each);
}

void select_default() {
  const int n = scaled(100'000'000);
  const auto c = heddle::make_chan<int>();
  int v = 0;
  const stopwatch running;
  for (int i = 0; i < n; ++i) heddle::select(heddle::recv(c, v), heddle::otherwise());
  running.per_operation("select_default_empty", n);
  keep(v);
}

// The filters of a sieve have no end, so the process exits as soon as the time is taken.
void sieve() {
  const int primes = whole_or(2000, 200);
  const stopwatch running;
  heddle::wait_group wg;
  wg.add(1);
  heddle::go([&, primes] {
    auto in = heddle::make_chan<int>();
    heddle::go([in] {
      for (int i = 2;; ++i) in.send(i);
    });
    for (int i = 0; i < primes; ++i) {
      const int prime = *in.recv();
      const auto out = heddle::make_chan<int>();
      heddle::go([in, out, prime] {
        for (;;) {
          const int v = *in.recv();
          if (v % prime != 0) out.send(v);
        }
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
    {"select_fanin_4", fan_in},
    {"select_default_empty", select_default},
    {"sieve_2000", sieve},
};

}  // namespace
