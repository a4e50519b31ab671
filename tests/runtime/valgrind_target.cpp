// What valgrind_test.cpp runs: goroutines that change places on stacks of every kind, use much of
// them, and leave them to others.
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <stdexcept>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"

namespace {

constexpr std::size_t none = 0;
constexpr std::size_t odd = 512 * 1024;

// Passes what it receives through `depth` frames.
[[gnu::noinline]] int pass_down(const heddle::chan<int>& from, int depth) {
  volatile int frame[64];
  for (volatile int& place : frame) place = depth;
  if (depth > 0) return pass_down(from, depth - 1) + frame[63] - depth;
  return from.recv().value_or(0);
}

int sum_by_many(int many, std::size_t stack_bytes) {
  const auto values = heddle::make_chan<int>();
  const auto sums = heddle::make_chan<int>(4);
  heddle::wait_group done;
  for (int i = 0; i < many; ++i) {
    done.add(1);
    heddle::go(heddle::named("passes", stack_bytes), [=, &done] {
      const int value = pass_down(values, i % 20);
      heddle::yield();
      try {
        if (i % 3 == 0) throw std::runtime_error("switched meanwhile");
      } catch (const std::runtime_error&) {
        heddle::sleep_for(std::chrono::microseconds(10));
      }
      sums.send(value);
      done.done();
    });
  }
  heddle::go([=] {
    for (int i = 0; i < many; ++i) values.send(i);
  });
  int sum = 0;
  for (int i = 0; i < many; ++i) sum += *sums.recv();
  done.wait();
  return sum;
}

}  // namespace

int main() {
  int sum = 0;
  for (int programs = 0; programs < 2; ++programs)
    heddle::run(
        [&] {
          for (int i = 0; i < 3; ++i) sum += sum_by_many(100, none) + sum_by_many(100, odd);
        },
        {.procs = 2});
  std::printf("%d\n", sum);
  return sum == 12 * 4950 ? 0 : 1;
}
