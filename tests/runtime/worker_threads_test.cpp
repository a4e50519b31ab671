// What happens where the system has no thread for a worker.
#include <pthread.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdio>
#include <string>
#include <system_error>
#include <thread>

#include "child_process.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"

using Catch::Contains;

namespace {

// No thread can be started while this lives: none has room for its stack. For child processes.
class no_more_threads {
 public:
  no_more_threads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t wanted;
    pthread_attr_init(&wanted);
    pthread_attr_setstacksize(&wanted, std::size_t{1} << 47);
    pthread_setattr_default_np(&wanted);
    pthread_attr_destroy(&wanted);
  }
  no_more_threads(const no_more_threads&) = delete;
  no_more_threads& operator=(const no_more_threads&) = delete;
  ~no_more_threads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_{};
};

void tell(bool holds, const char* claim) {
  if (!holds) std::fprintf(stderr, "not so: %s\n", claim);
}

// Goroutines that are all running at the same moment, one on each of `many` workers.
void meet_on_workers(int many) {
  std::atomic<int> running = 0;
  heddle::wait_group wg;
  for (int i = 0; i < many; ++i)
    wg.go([&] {
      ++running;
      while (running < many) std::this_thread::yield();
    });
  wg.wait();
}

// What max_procs(8) throws where no thread is to be had.
std::string words_of_failure() {
  const no_more_threads from_here;
  try {
    heddle::max_procs(8);
  } catch (const std::system_error& e) {
    tell(e.code() == std::errc::resource_unavailable_try_again, "the code is the system's");
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("max_procs that finds no thread throws and leaves the workers that there are") {
  const child_outcome outcome = in_child_process([] {
    heddle::run(
        [] {
          std::fprintf(stderr, "%s\n", words_of_failure().c_str());
          tell(heddle::max_procs() == 2, "two workers are left");
          meet_on_workers(2);
          tell(heddle::max_procs(1) == 2, "there may be fewer");
          tell(heddle::max_procs(4) == 1, "and more, once there are threads");
          meet_on_workers(4);
        },
        {.procs = 2});
  });
  REQUIRE(outcome.exit_status == 0);
  REQUIRE(outcome.errors ==
          "heddle::max_procs: 2 of 8 workers run, there is no thread for another: "
          "Resource temporarily unavailable\n");
}

// The threads that are started while main's worker joins them have to be joined as well.
TEST_CASE("a goroutine may ask for more workers while main returns") {
  const child_outcome outcome = in_child_process([] {
    for (int round = 0; round < 50; ++round)
      heddle::run(
          [] {
            std::atomic<bool> asks = false;
            heddle::go([&asks] {
              asks = true;
              for (int n = 3; n <= 64; ++n) heddle::max_procs(n);
            });
            while (!asks) std::this_thread::yield();
          },
          {.procs = 2});
  });
  REQUIRE(outcome.errors.empty());
  REQUIRE(outcome.exit_status == 0);
}

// Nor may the change undo what tells busy workers that the program is over.
TEST_CASE("a goroutine may change the number of workers while main returns and others are busy") {
  const child_outcome outcome = in_child_process([] {
    for (int round = 0; round < 200; ++round)
      heddle::run(
          [] {
            std::atomic<bool> asks = false;
            for (int i = 0; i < 3; ++i)
              heddle::go([] {
                for (;;) heddle::yield();
              });
            heddle::go([&asks] {
              asks = true;
              for (int n = 2;; n = 5 - n) {
                heddle::max_procs(n);
                heddle::yield();
              }
            });
            while (!asks) heddle::yield();
          },
          {.procs = 2});
  });
  REQUIRE(outcome.errors.empty());
  REQUIRE(outcome.exit_status == 0);
}

TEST_CASE("a deadlock is found after a worker could not be started") {
  const int procs = GENERATE(1, 2);
  const child_outcome outcome = in_child_process([=] {
    heddle::run(
        [] {
          words_of_failure();
          heddle::make_chan<int>().recv();
        },
        {.procs = procs});
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, Contains("all goroutines are asleep - deadlock!"));
}

TEST_CASE("a program runs with the workers that could be started") {
  const child_outcome outcome = in_child_process([] {
    const no_more_threads from_here;
    heddle::run(
        [] {
          tell(heddle::max_procs() == 1, "the calling thread is the only worker");
          heddle::wait_group wg;
          for (int i = 0; i < 100; ++i) wg.go([] { heddle::yield(); });
          wg.wait();
        },
        {.procs = 4});
    heddle::run([] { tell(heddle::max_procs() == 1, "and again"); }, {.procs = 2});
  });
  REQUIRE(outcome.errors.empty());
  REQUIRE(outcome.exit_status == 0);
}

TEST_CASE("a blocking call that finds no thread throws, and the next one may find one") {
  const child_outcome outcome = in_child_process([] {
    heddle::run([] {
      bool called = false;
      {
        const no_more_threads from_here;
        try {
          heddle::blocking([&] { called = true; });
          tell(false, "it throws");
        } catch (const std::system_error&) {
        }
      }
      tell(!called, "the function is not called");
      heddle::blocking([&] { called = true; });
      tell(called, "the function is called");
    });
  });
  REQUIRE(outcome.errors.empty());
  REQUIRE(outcome.exit_status == 0);
}
