// What gdb_test.cpp looks at: a goroutine that waits, and a breakpoint.
#include <csignal>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/runtime.hpp"
#include "heddle/stats.hpp"

[[gnu::noinline]] int wait_for_a_value(const heddle::chan<int>& c) { return c.recv().value_or(0); }

int main() {
  return heddle::run([] {
    const auto c = heddle::make_chan<int>();
    heddle::go(heddle::named("reader"), [c] { wait_for_a_value(c); });
    while (heddle::goroutines().back().status != heddle::goroutine_status::blocked) heddle::yield();
    std::raise(SIGTRAP);
  });
}
