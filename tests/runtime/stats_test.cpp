// What can be seen of a running program: numbers, goroutines, and what SIGQUIT prints.
#include "heddle/stats.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "both_modes.hpp"
#include "child_process.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"

using Catch::Contains;
using Catch::StartsWith;
using heddle::goroutine_info;
using heddle::goroutine_status;
using namespace std::chrono_literals;

namespace {

std::string in_words(heddle::place at) {
  return std::string(at.file_name()) + ':' + std::to_string(at.line());
}

// Until the named goroutine is blocked.
goroutine_info blocked_goroutine(const std::string& name) {
  for (;;) {
    for (const goroutine_info& g : heddle::goroutines())
      if (g.name == name && g.status == goroutine_status::blocked) return g;
    heddle::yield();
  }
}

std::string all_of(std::FILE* file) {
  std::rewind(file);
  std::string text(10'000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  return text;
}

}  // namespace

TEST_CASE("statistics count the workers, the goroutines and their stacks") {
  for (const int workers : {1, 2, 8})
    in_performance_mode(
        [workers] {
          const auto gate = heddle::make_chan<int>();
          heddle::wait_group ended;
          for (int i = 0; i < 100; ++i) ended.go([gate] { gate.recv(); });
          const heddle::statistics now = heddle::stats();
          heddle::check(now.workers == workers);
          heddle::check(now.goroutines == 101);
          heddle::check(now.blocking_calls == 0);
          gate.close();
          ended.wait();
          const heddle::statistics after = heddle::stats();
          heddle::check(after.stacks >= 1);
          heddle::check(after.stack_bytes >= after.stacks * 256 * 1024);
        },
        {.procs = workers});
}

TEST_CASE("statistics count stacks of another size, also those that are kept for reuse") {
  constexpr std::size_t large = std::size_t{8} << 20;
  in_performance_mode(
      [] {
        const heddle::statistics before = heddle::stats();
        const auto gate = heddle::make_chan<int>();
        heddle::wait_group ended;
        ended.add(3);
        for (int i = 0; i < 3; ++i)
          heddle::go(heddle::named("large", large), [&] {
            gate.recv();
            ended.done();
          });
        until_blocked(3);
        const heddle::statistics now = heddle::stats();
        heddle::check(now.stacks == before.stacks + 3);
        heddle::check(now.stack_bytes >= before.stack_bytes + static_cast<std::int64_t>(3 * large));
        gate.close();
        ended.wait();
        heddle::check(heddle::stats().stacks == now.stacks);
        heddle::check(heddle::stats().stack_bytes == now.stack_bytes);
      },
      {.procs = 1});
}

TEST_CASE("a blocking call is counted and shown until it returns") {
  in_performance_mode([] {
    const auto gate = heddle::make_chan<int>();
    std::atomic<bool> may_end{false};
    heddle::wait_group ended;
    ended.go([&] {
      heddle::blocking([&] {
        while (!may_end) std::this_thread::sleep_for(1ms);
      });
    });
    // Counted before the call is made, and shown once it is.
    const auto shown = [] {
      return std::ranges::count(heddle::goroutines(), goroutine_status::in_blocking_call,
                                &goroutine_info::status);
    };
    while (shown() == 0) heddle::yield();
    heddle::check(heddle::stats().blocking_calls == 1);
    may_end = true;
    ended.wait();
    while (heddle::stats().blocking_calls > 0) heddle::yield();
    heddle::check(shown() == 0);
  });
}

TEST_CASE("goroutines are listed by id with name, state and places") {
  in_performance_mode([] {
    const auto created = heddle::place::current();
    const auto waits = heddle::place::current();
    const auto gate = heddle::make_chan<int>();
    heddle::go(heddle::named("reader", 0, created), [gate, waits] { gate.recv(waits); });
    const goroutine_info reader = blocked_goroutine("reader");
    heddle::check(reader.waits_to == "receive");
    heddle::check(reader.created_at.line() == created.line());
    heddle::check(reader.waits_at.line() == waits.line());
    const auto all = heddle::goroutines();
    heddle::check(all.size() == 2);
    heddle::check(all[0].name == "main" && all[0].status == goroutine_status::running);
    heddle::check(std::ranges::is_sorted(all, {}, &goroutine_info::id));
  });
}

TEST_CASE("how long a goroutine has been blocked is told") {
  in_performance_mode([] {
    heddle::go(heddle::named("reader"), [] { heddle::make_chan<int>().recv(); });
    const auto before = blocked_goroutine("reader").blocked_for;
    heddle::sleep_for(50ms);
    heddle::check(blocked_goroutine("reader").blocked_for >= before + 49ms);
  });
}

TEST_CASE("a thread that is no worker can look at the program") {
  in_performance_mode([] {
    heddle::go(heddle::named("reader"), [] { heddle::make_chan<int>().recv(); });
    blocked_goroutine("reader");
    std::vector<goroutine_info> seen;
    heddle::blocking([&] { seen = heddle::goroutines(); });
    heddle::check(seen.size() == 2 && seen[1].name == "reader");
  });
}

TEST_CASE("a thread that is no worker's looks at the program that has run longest") {
  // Runs a program with one goroutine of that name until it is told to end.
  struct program {
    explicit program(const char* name)
        : thread([this, name] {
            heddle::run(
                [this, name] {
                  heddle::go(heddle::named(name), [] {});
                  runs = true;
                  while (!may_end) std::this_thread::yield();
                },
                {.procs = 1});
          }) {
      while (!runs) std::this_thread::yield();
    }
    void end() {
      may_end = true;
      thread.join();
    }
    std::atomic<bool> runs = false, may_end = false;
    std::thread thread;
  };
  const auto shown = [] { return heddle::goroutines().back().name; };
  program a("a"), b("b");
  CHECK(shown() == "a");
  a.end();
  CHECK(shown() == "b");
  program c("c");
  CHECK(shown() == "b");
  b.end();
  CHECK(shown() == "c");
  c.end();
}

TEST_CASE("outside of a program there is nothing to see") {
  CHECK(heddle::stats().goroutines == 0);
  CHECK(heddle::goroutines().empty());
}

TEST_CASE("a dump shows every goroutine as the reports do") {
  std::FILE* file = std::tmpfile();
  const auto waits = heddle::place::current();
  in_performance_mode([&] {
    heddle::go(heddle::named("reader"), [waits] { heddle::make_chan<int>().recv(waits); });
    blocked_goroutine("reader");
    heddle::dump_goroutines(file);
  });
  const std::string text = all_of(file);
  std::fclose(file);
  CHECK_THAT(text, StartsWith("\ngoroutine main [running]:\n\tcreated at "));
  CHECK_THAT(text, Contains("\ngoroutine reader [blocked]:\n\twaits to receive at " +
                            in_words(waits) + "\n\tcreated at "));
}

TEST_CASE("goroutines that come and go while they are listed do no harm") {
  for (const int workers : {2, 8})
    in_performance_mode(
        [] {
          heddle::wait_group ended;
          for (int i = 0; i < 2000; ++i) {
            ended.add(1);
            heddle::go(heddle::named("short-lived"), [&ended] { ended.done(); });
            if (i % 100 == 0)
              for (const goroutine_info& g : heddle::goroutines())
                heddle::check(g.name == "main" || g.name == "short-lived" || g.name.empty());
          }
          ended.wait();
        },
        {.procs = workers});
}

TEST_CASE("SIGQUIT prints every goroutine and ends the program with status 2") {
  const auto waits = heddle::place::current();
  for (const int workers : {1, 2}) {
    const child_outcome outcome = in_child_process([&] {
      heddle::run(
          [waits] {
            heddle::go(heddle::named("reader"), [waits] { heddle::make_chan<int>().recv(waits); });
            blocked_goroutine("reader");
            std::raise(SIGQUIT);
          },
          {.procs = workers});
    });
    CHECK(outcome.exit_status == 2);
    CHECK_THAT(outcome.errors, StartsWith("SIGQUIT: quit\n"));
    CHECK_THAT(outcome.errors, Contains("\ngoroutine main [running]:\n\tcreated at "));
    CHECK_THAT(outcome.errors, Contains("\ngoroutine reader [blocked]:\n\twaits to receive at " +
                                        in_words(waits) + "\n\tcreated at "));
  }
}

TEST_CASE("a program that ignores SIGQUIT goes on") {
  const child_outcome outcome = in_child_process([] {
    std::signal(SIGQUIT, SIG_IGN);
    heddle::run([] { std::raise(SIGQUIT); });
    std::_Exit(7);
  });
  CHECK(outcome.exit_status == 7);
}
