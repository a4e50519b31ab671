// How a program ends by a panic that nobody catches, and by a deadlock: Go's words on standard
// error, and status 2.
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "both_modes.hpp"
#include "child_process.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"

using Catch::Contains;
using Catch::StartsWith;
using heddle::make_chan;
using namespace std::chrono_literals;

namespace {

child_outcome run_in_child(const std::function<void()>& body) {
  return in_child_process([&] { heddle::run(body); });
}

std::string in_words(heddle::place at) {
  return std::string(at.file_name()) + ':' + std::to_string(at.line());
}

}  // namespace

TEST_CASE("a panic that nobody catches names its goroutine, its origin and the other goroutines") {
  const auto created = heddle::place::current();
  const auto raised = heddle::place::current();
  const auto waits = heddle::place::current();
  const auto runs = heddle::place::current();
  const child_outcome outcome = in_child_process([=] {
    const auto body = [=] {
      heddle::go(heddle::named("closer", 0, created), [=] {
        until_blocked(1);  // main
        heddle::chan<int>().close(raised);
      });
      make_chan<int>().recv(waits);
    };
    heddle::run(body, {}, runs);
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE(outcome.errors ==
          "panic: close of nil channel\n"
          "\n"
          "goroutine closer [running]:\n"
          "\traised at " +
              in_words(raised) +
              "\n"
              "\tcreated at " +
              in_words(created) +
              "\n"
              "\n"
              "goroutine main [blocked]:\n"
              "\twaits to receive at " +
              in_words(waits) +
              "\n"
              "\tcreated at " +
              in_words(runs) + "\n");
}

TEST_CASE("what leaves a goroutine uncaught is reported in its own words") {
  struct ending {
    std::function<void()> body;
    std::string words;
  };
  const auto one = GENERATE(values<ending>({
      {[] { throw heddle::panic("no route"); }, "panic: no route\n"},
      {[] { heddle::check(false, "two and two"); }, "panic: two and two\n"},
      {[] { throw std::out_of_range("far"); }, "panic: std::out_of_range: far\n"},
      {[] { throw 3; }, "panic: exception of type int\n"},
      {[] {  // the lock_guard's destructor panics, and may not throw
         heddle::mutex m;
         const std::lock_guard hold(m);
         m.unlock();
       },
       "panic: unlock of unlocked mutex\n"},
      {[] { std::terminate(); }, "panic: std::terminate was called\n"},
  }));
  const bool in_main = GENERATE(true, false);
  const child_outcome outcome = run_in_child([=] {
    if (in_main) one.body();
    heddle::go(one.body);
    heddle::select();
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, StartsWith(one.words));
  REQUIRE_THAT(outcome.errors,
               Contains(in_main ? "goroutine main [running]:" : " [running]:"));
}

TEST_CASE("deferred functions run before an uncaught panic ends the program") {
  const child_outcome outcome = run_in_child([] {
    const heddle::defer say([] { std::fputs("deferred\n", stderr); });
    throw heddle::panic("late");
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, StartsWith("deferred\npanic: late\n"));
}

TEST_CASE("a report lists goroutines that could run and those in a blocking call") {
  const auto body = [] {
    heddle::go(heddle::named("reader"), [] { heddle::blocking([] { pause(); }); });
    heddle::yield();
    heddle::go(heddle::named("fresh"), [] {});
    throw heddle::panic("now");
  };
  const child_outcome outcome = in_child_process([&] { heddle::run(body, in_order()); });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, Contains("goroutine reader [blocking call]:\n\tcalled at "));
  REQUIRE_THAT(outcome.errors, Contains("goroutine fresh [runnable]:\n\tcreated at "));
}

namespace {

// Not turned into a loop: the frame is used after the call.
template <std::size_t Bytes>
int depth_reached(volatile int* below) {
  volatile char frame[Bytes];
  if (*below < 0) return 0;  // never
  frame[0] = static_cast<char>(*below);
  volatile int here = *below + 1;
  return depth_reached<Bytes>(&here) + frame[0];
}

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {

// Not turned into a loop: the frame is used after the call.
[[gnu::noinline]] int terminate_below(const char* limit, const volatile int* go_on) {
  volatile char frame[16];
  frame[0] = 1;
  if (*go_on == 0) return 0;  // never
  if (static_cast<const char*>(__builtin_frame_address(0)) < limit) std::terminate();
  return terminate_below(limit, go_on) + frame[0];
}

}  // namespace

TEST_CASE("a report that runs out of stack itself still says something") {
  for (std::ptrdiff_t depth = 255'000; depth < 259'000; depth += 250) {
    const child_outcome outcome = in_child_process([=] {
      const auto body = [=] {
        heddle::go([=] {
          const volatile int yes = 1;
          terminate_below(static_cast<const char*>(__builtin_frame_address(0)) - depth, &yes);
        });
        make_chan<int>().recv();
      };
      heddle::run(body, in_order());
    });
    INFO(depth);
    REQUIRE(outcome.exit_status == 2);
    REQUIRE(!outcome.errors.empty());
  }
}

TEST_CASE("a stack overflow names the goroutine and the way out") {
  const bool odd = GENERATE(false, true);
  const auto created = heddle::place::current();
  const child_outcome outcome = run_in_child([=] {
    heddle::go(heddle::named("deep", odd ? 64 * 1024 : 0, created), [] {
      volatile int zero = 0;
      depth_reached<512>(&zero);
    });
    make_chan<int>().recv();
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, StartsWith("fatal error: stack overflow: goroutine deep has used up its " +
                                          std::string(odd ? "64" : "256") + " KiB\n"));
  REQUIRE_THAT(outcome.errors, Contains("\tcreated at " + in_words(created)));
  REQUIRE_THAT(outcome.errors, Contains("heddle::named(\"name\", bytes)"));
}

#ifdef __x86_64__
TEST_CASE("a frame that is larger than the guard does not jump over it") {
  const bool odd = GENERATE(false, true);
  const child_outcome outcome = run_in_child([=] {
    heddle::go(heddle::named("wide", odd ? 512 * 1024 : 0), [] {
      volatile int zero = 0;
      depth_reached<40 * 1024>(&zero);
    });
    make_chan<int>().recv();
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, StartsWith("fatal error: stack overflow: goroutine wide has "));
}
#endif

namespace {

// Frees on the way back only, so that sooner or later malloc meets the guard, with its lock held.
int blocks_held(int depth) {
  if (depth < 0) return 0;  // never
  const auto block = std::make_unique<char[]>(3000);
  block[0] = static_cast<char>(depth);
  return blocks_held(depth + 1) + block[0];
}

}  // namespace

TEST_CASE("a stack overflow within malloc is reported") {
  const int procs = GENERATE(1, 2);
  const child_outcome outcome = in_child_process([=] {
    const auto body = [] {
      heddle::go(heddle::named("holder"), [] { blocks_held(0); });
      make_chan<int>().recv();
    };
    heddle::run(body, {.procs = procs});
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, StartsWith("fatal error: stack overflow: goroutine holder has "));
}
#endif

TEST_CASE("a thread that is stuck in a write to standard output keeps no report from appearing") {
  const child_outcome outcome = in_child_process([] {
    std::array<int, 2> nobody_reads{};
    if (pipe(nobody_reads.data()) != 0) return;
    dup2(nobody_reads[1], STDOUT_FILENO);
    std::atomic<bool> writes = false;
    heddle::run([&] {
      heddle::go([&] {
        heddle::blocking([&] {
          const std::string much(4096, '.');
          flockfile(stdout);  // as the write to come
          writes = true;
          for (;;) std::fwrite(much.data(), 1, much.size(), stdout);
        });
      });
      while (!writes) heddle::yield();
      throw heddle::panic("told");
    });
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, StartsWith("panic: told\n"));
}

TEST_CASE("what a program wrote to standard output comes out before it ends by a report") {
  const child_outcome outcome = in_child_process([] {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    std::setvbuf(stdout, nullptr, _IOFBF, 4096);
    heddle::run([] {
      std::fputs("written\n", stdout);
      throw heddle::panic("late");
    });
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, StartsWith("panic: late\n") && Contains("written\n"));
}

TEST_CASE("when all goroutines are asleep the program ends with who waits for what and where") {
  const auto created = heddle::place::current();
  const auto waits = heddle::place::current();
  const auto locks = heddle::place::current();
  const auto runs = heddle::place::current();
  const child_outcome outcome = in_child_process([=] {
    const auto body = [=] {
      heddle::mutex m;
      m.lock();
      heddle::go(heddle::named("locker", 0, created), [&, locks] { m.lock(locks); });
      make_chan<int>().recv(waits);
    };
    heddle::run(body, {}, runs);
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE(outcome.errors ==
          "fatal error: all goroutines are asleep - deadlock!\n"
          "\n"
          "goroutine main [blocked]:\n"
          "\twaits to receive at " +
              in_words(waits) +
              "\n"
              "\tcreated at " +
              in_words(runs) +
              "\n"
              "\n"
              "goroutine locker [blocked]:\n"
              "\twaits to lock at " +
              in_words(locks) +
              "\n"
              "\tcreated at " +
              in_words(created) + "\n");
}

TEST_CASE("what can never go on is a deadlock") {
  const auto body = GENERATE(values<std::function<void()>>({
      [] { make_chan<int>().send(1); },
      [] {
        heddle::mutex m;
        m.lock();
        m.lock();
      },
      [] {  // a once whose function re-enters it
        heddle::once o;
        o.call([&] { o.call([] {}); });
      },
      [] {  // read-locking twice around a waiting writer
        heddle::rw_mutex m;
        m.lock_shared();
        heddle::go([&] { m.lock(); });
        while (m.try_lock_shared()) {  // until the writer has arrived
          m.unlock_shared();
          heddle::yield();
        }
        m.lock_shared();
      },
      [] {
        heddle::wait_group wg;
        wg.add(1);
        wg.wait();
      },
      [] {
        heddle::mutex m;
        heddle::cond c(m);
        m.lock();
        c.wait();
      },
      [] {  // timers that nobody waits for
        const heddle::ticker every(1ms);
        const auto once = heddle::after(1h);
        make_chan<int>().recv();
      },
      [] {  // after a timer that was waited for
        heddle::sleep_for(1ms);
        make_chan<int>().recv();
      },
      [] {  // after a blocking call that was waited for
        heddle::blocking([] {});
        make_chan<int>().recv();
      },
  }));
  const child_outcome outcome = run_in_child(body);
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, StartsWith("fatal error: all goroutines are asleep - deadlock!\n"));
}

TEST_CASE("what a timer or a blocking call will end is not a deadlock") {
  const auto body = GENERATE(values<std::function<void()>>({
      [] { heddle::sleep_for(1ms); },
      [] { heddle::after(1ms).recv(); },
      [] { heddle::ticker(1ms).channel().recv(); },
      [] { heddle::select(heddle::recv(heddle::after(1ms)), heddle::recv(make_chan<int>())); },
      [] {
        const auto c = make_chan<int>();
        const auto sends = heddle::after_func(1ms, [=] { c.send(1); });
        c.recv();
      },
      [] {
        const auto c = make_chan<int>();
        heddle::go([=] {
          heddle::blocking([] {});
          c.send(1);
        });
        c.recv();
      },
  }));
  const child_outcome outcome = run_in_child(body);
  REQUIRE(outcome.errors.empty());
  REQUIRE(outcome.exit_status == 0);
}
