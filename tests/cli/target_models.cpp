// A user's program for --target: one model of every verdict, and some that are declared wrongly.
#include <csignal>
#include <cstdlib>

#include "heddle/heddle.hpp"

namespace {

using namespace std::chrono_literals;
using heddle::expected;
using heddle::model;

const model ok{"ok/handshake", expected::verified, "Two senders, one receiver.", [] {
                 const auto c = heddle::make_chan<int>();
                 heddle::go([=] { c.send(1); });
                 heddle::go([=] { c.send(2); });
                 heddle::check(c.recv().value() + c.recv().value() == 3);
               }};

const model ticks{"ok/ticks", expected::verified, "A ticker's loop outlives main.", [] {
                    const auto tick = heddle::tick(100ms);
                    heddle::go(heddle::named("loop"), [=] {
                      while (tick.recv()) continue;
                    });
                  }};

const model deadlock{"bad/deadlock", expected::deadlock, "Locks in two orders.", [] {
                       struct shared {
                         heddle::mutex a, b;
                         heddle::wait_group done;
                       };
                       const auto s = std::make_shared<shared>();
                       s->done.add(2);
                       const auto take = [s](heddle::mutex& first, heddle::mutex& second) {
                         first.lock();
                         second.lock();
                         second.unlock();
                         first.unlock();
                         s->done.done();
                       };
                       heddle::go(heddle::named("ab"), [=] { take(s->a, s->b); });
                       heddle::go(heddle::named("ba"), [=] { take(s->b, s->a); });
                       s->done.wait();
                     }};

const model leak{"bad/leak", expected::leak, "Nobody takes the second value.", [] {
                   const auto c = heddle::make_chan<int>();
                   heddle::go([=] { c.send(1); });
                   heddle::go([=] { c.send(2); });
                   c.recv();
                 }};

const model panics{"bad/panic", expected::panic, "A send may come after the close.", [] {
                     const auto c = heddle::make_chan<int>(1);
                     heddle::go([=] { c.close(); });
                     c.send(1);
                   }};

const model asserts{"bad/assertion", expected::assertion, "The other may be first.", [] {
                      const auto x = std::make_shared<heddle::atomic<int>>(0);
                      heddle::go([=] { x->store(1); });
                      heddle::check(x->load() == 0, "x is zero");
                    }};

const model misuses{"bad/misuse", expected::misuse, "A group in use again too early.", [] {
                      const auto g = std::make_shared<heddle::wait_group>();
                      g->add(1);
                      heddle::go([=] { g->wait(); });
                      g->done();
                      g->add(1);
                      g->done();
                    }};

const model races{"bad/race", expected::race, "Adds one without a lock.", [] {
                    const auto x = std::make_shared<heddle::var<int>>(0);
                    heddle::go(heddle::named("adder"), [=] { ++*x; });
                    ++*x;
                  }};

const model spins{"bad/livelock",
                  expected::livelock,
                  "Waits for what nobody does.",
                  [] {
                    heddle::atomic<int> x{0};
                    while (x.add(1) != 0) heddle::yield();
                  },
                  {.time = "", .strategy = "", .max_steps = 200}};

const model crashes{"bad/crash", expected::crash, "Crashes in one of two orders.", [] {
                      const auto x = std::make_shared<heddle::atomic<int>>(0);
                      heddle::go([=] { x->store(1); });
                      if (x->load() == 1) std::raise(SIGSEGV);
                    }};

// Eight goroutines take turns; if they do so backwards, which is among the last orders explored, the
// last one crashes.
void crash_late(bool fail_before) {
  struct shared {
    heddle::atomic<int> turn{0};
    int backwards = 0;
  };
  constexpr int adders = 8;
  const auto s = std::make_shared<shared>();
  for (int i = 1; i <= adders; ++i)
    heddle::go([=] {
      const int turn = s->turn.add(1);
      if (turn + i == adders + 1) ++s->backwards;
      if (fail_before)
        heddle::check(turn != adders || i != adders - 1, "the last but one is last");
      if (s->backwards == adders) std::raise(SIGSEGV);
    });
}

const model crashes_late{"late/crash", expected::crash, "Crashes in one of 40,320 orders.",
                         [] { crash_late(false); }};

const model fails_and_crashes{"only_named/fail_and_crash",
                              expected::crash,
                              "Fails an assertion, and crashes later.",
                              [] { crash_late(true); },
                              {.large = true}};

const model exits{"bad/exit", expected::crash, "Ends the process.", [] {
                    heddle::make_chan<int>(1).send(1);
#ifdef __SANITIZE_ADDRESS__
                    std::_Exit(3);  // no search for leaks in the midst of an execution
#else
                    std::exit(3);
#endif
                  }};

const model hangs{"bad/hang", expected::livelock, "Goes round without any operation.", [] {
                    heddle::make_chan<int>(1).send(1);
                    for (volatile int i = 0; i >= 0;) i = 1;
                  }};

int executions = 0;  // outlives an execution, which is what is wrong with the next model

const model forgetful{"error/nondeterministic", expected::verified, "Counts its executions.", [] {
                        const auto c = heddle::make_chan<int>(1);
                        if (executions++ % 2 == 0) c.send(1);
                        c.len();
                      }};

const model environment{"only_named/environment", expected::verified, "Depends on the environment.",
                        [] {
                          const int adds = std::getenv("HEDDLE_TEST_MORE") == nullptr ? 1 : 2;
                          const auto x = std::make_shared<heddle::atomic<int>>(0);
                          for (int i = 0; i < 7; ++i)
                            heddle::go([=] {
                              for (int k = 0; k < adds; ++k) x->add(1);
                            });
                        },
                        {.large = true}};

const model declared_leaking{"wrong/clean", expected::leak, "Is declared to leak; does not.",
                             [] { heddle::make_chan<int>(1).send(1); }};

void three_adders() {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  for (int i = 0; i < 3; ++i) heddle::go([=] { x->add(1); });
}

const model miscounted{"count/verified",
                       expected::verified,
                       "Has six traces and declares five.",
                       three_adders,
                       {.count = 5}};

const model miscounted_leak{"count/stuck",
                            expected::leak,
                            "Has two traces and declares three.",
                            [] {
                              const auto c = heddle::make_chan<int>();
                              heddle::go([=] { c.send(1); });
                              heddle::go([=] { c.send(2); });
                              c.recv();
                            },
                            {.count = 3}};

const model only_named{"only_named/adders",
                       expected::verified,
                       "Is explored where a filter names it.",
                       three_adders,
                       {.count = 6, .large = true}};

const model large{"ok/large", expected::verified, "Has more traces than a small budget.", [] {
                    const auto x = std::make_shared<heddle::atomic<int>>(0);
                    for (int i = 0; i < 4; ++i) heddle::go([=] { x->add(1); });
                    x->add(1);
                  }};

// The rare order is found by a walk that is uniform, and named by the model.
const model sampled{"wish/sampled", expected::assertion, "Four additions before one load.",
                    [] {
                      const auto x = std::make_shared<heddle::atomic<int>>(0);
                      heddle::go([=] {
                        const int seen = x->load();
                        heddle::check(seen != 3, "the load is not the last but one");
                      });
                      heddle::go([=] {
                        for (int i = 0; i < 4; ++i) x->add(1);
                      });
                    },
                    {.time = "", .strategy = "surw", .max_executions = 0, .max_steps = 0, .count = 0}};

}  // namespace
