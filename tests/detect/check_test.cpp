// check() and replay_schedule() as a C++ program calls them.
#include "heddle/check/check.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>

#include "factory.hpp"
#include "heddle/heddle.hpp"
#include "leak_checker.hpp"

namespace checker = heddle::checker;
using checker::kind;
using checker::verdict;

namespace {

void two_senders() {
  const auto c = heddle::make_chan<int>();
  heddle::go([=] { c.send(1); });
  heddle::go([=] { c.send(2); });
  c.recv();
}

void counters() {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  for (int i = 0; i < 4; ++i) heddle::go([=] { x->add(1); });
  x->add(1);
}

checker::options by(const std::string& strategy) {
  checker::options how;
  how.strategy = strategy;
  return how;
}

}  // namespace

TEST_CASE("every failure replays from its schedule, under every strategy", "[check]") {
  for (const std::string_view strategy : heddle::explore::strategy_names()) {
    checker::options how = by(std::string(strategy));
    how.program = "two";
    how.keep_going = true;
    const checker::result r = checker::check(two_senders, how);
    INFO(strategy);
    CHECK(r.verdict == verdict::failed);
    CHECK(r.what == kind::leak);
    REQUIRE(r.failures.size() == 2);
    for (const checker::failure& f : r.failures) {
      const checker::result again = checker::replay_schedule(two_senders, "two", f.schedule);
      REQUIRE(again.failures.size() == 1);
      CHECK(again.failures[0].message == f.message);
      CHECK(again.failures[0].goroutines[0].name == f.goroutines[0].name);
      if (!f.seed) continue;
      CHECK(checker::replay_seed(two_senders, *f.seed, how).failures.at(0).schedule == f.schedule);
    }
  }
}

TEST_CASE("a search ends at its first failure unless told to keep going", "[check]") {
  const checker::result r = checker::check(two_senders);
  CHECK(r.failures.size() == 1);
  CHECK(r.stopped_by == "failure");
}

TEST_CASE("verified is said only of an exhausted search", "[check]") {
  CHECK(checker::check(counters).verdict == verdict::verified);
  checker::options how;
  how.max_executions = 119;
  checker::result r = checker::check(counters, how);
  CHECK(r.verdict == verdict::passed);
  CHECK(r.stopped_by == "executions");
  CHECK(r.explored == 119);
  how.max_executions = 120;  // exactly what there is
  r = checker::check(counters, how);
  CHECK(r.verdict == verdict::verified);
  CHECK(r.complete);
  how = by("naive");
  how.max_seconds = 1e-9;
  CHECK(checker::check(counters, how).stopped_by == "time");
  for (const char* strategy : {"random", "pct", "pos", "surw"}) {
    CHECK(checker::check(counters, by(strategy)).stopped_by == "sampling");
    CHECK(!checker::check(counters, by(strategy)).complete);
  }
}

TEST_CASE("an execution longer than the bound leaves the search incomplete", "[check]") {
  checker::options how;
  how.max_steps = 4;
  const checker::result r = checker::check(counters, how);
  CHECK(r.verdict == verdict::passed);
  CHECK(r.stopped_by == "steps");
  CHECK(!r.complete);
}

TEST_CASE("a livelock replays beyond its step bound", "[check]") {
  const auto body = [] {
    heddle::atomic<int> x{0};
    while (x.add(1) != 0) heddle::yield();
  };
  checker::options how;
  how.max_steps = 50;
  const checker::result r = checker::check(body, how);
  REQUIRE(r.what == kind::livelock);
  const checker::result again = checker::replay_schedule(body, "", r.failures.at(0).schedule);
  CHECK(again.message == r.message);
}

TEST_CASE("an atomic pointer to memory that lies elsewhere each time is no nondeterminism",
          "[check]") {
  struct node {
    int value;
    node* next;
  };
  std::vector<std::unique_ptr<char[]>> kept;  // so that addresses differ
  const checker::result r = checker::check([&kept] {
    kept.push_back(std::make_unique<char[]>(sizeof(node) * (1 + kept.size() % 7)));
    const auto head = std::make_shared<heddle::atomic<node*>>(nullptr);
    heddle::wait_group done;
    for (int i = 0; i < 2; ++i)
      done.go([head, i] {
        auto* mine = new node{i, head->load()};
        while (!head->compare_exchange(mine->next, mine)) {
        }
      });
    done.wait();
    int sum = 0;
    for (node* n = head->load(); n != nullptr;) {
      sum += n->value;
      delete std::exchange(n, n->next);
    }
    heddle::check(sum == 1);
  });
  CHECK(r.verdict == verdict::verified);
  // Either is first, and the other looked at the head before that or after; or the first is done
  // before the second is added.
  CHECK(r.explored == 5);
}

TEST_CASE("a model that remembers earlier executions is nondeterministic", "[check]") {
  const auto forgetful = [] {
    static int executions = 0;
    const auto c = heddle::make_chan<int>(1);
    if (executions++ % 2 == 0) c.send(1);
    c.len();
  };
  for (const std::string_view strategy : heddle::explore::strategy_names()) {
    const checker::result r = checker::check(forgetful, by(std::string(strategy)));
    INFO(strategy << ": " << r.message);
    CHECK(r.verdict == verdict::error);
    CHECK(r.what == kind::nondeterministic);
    CHECK(r.message.find("check_test.cpp:") != std::string::npos);
  }
}

// What an operation is about: a capacity, a difference, an expected value, a number of outcomes.
TEST_CASE("operations that differ in their numbers alone are nondeterministic", "[check]") {
  int executions = 0;
  const auto three_writers = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    for (int i = 0; i < 3; ++i) heddle::go([x, i] { x->store(i); });
  };
  const std::function<void(int)> models[] = {
      [&](int n) {
        const auto c = heddle::make_chan<int>(n > 2 ? 0 : 1);
        c.send(1);
        three_writers();
      },
      [&](int n) {
        const auto g = std::make_shared<heddle::wait_group>();
        g->add(n > 2 ? 2 : 1);
        three_writers();
        heddle::go([g] { g->done(); });
        g->wait();
      },
      [&](int n) {
        const auto x = std::make_shared<heddle::atomic<int>>(0);
        int expected = n > 2 ? 2 : 1;
        x->compare_exchange(expected, 5);
        three_writers();
      },
      [&](int n) {
        heddle::choose(n > 2 ? 2 : 3);
        three_writers();
      },
      [&](int n) {
        const auto a = heddle::make_chan<int>(1);
        if (n > 2)
          heddle::select(heddle::send(a, 1), heddle::otherwise([] {}));
        else
          heddle::select(heddle::send(a, 1), heddle::send(a, 2));
        three_writers();
      },
  };
  for (const std::string_view strategy : heddle::explore::strategy_names()) {
    // A sampling strategy runs only its first execution twice.
    const bool exhaustive = !heddle::explore::is_sampling(strategy);
    int which = 0;
    for (const auto& model : models) {
      executions = exhaustive ? 0 : 2;
      const checker::result r =
          checker::check([&] { model(executions++); }, by(std::string(strategy)));
      INFO(strategy << ", model " << which++ << ": " << r.message);
      CHECK(r.verdict == verdict::error);
      CHECK(r.what == kind::nondeterministic);
    }
  }
}

// What a goroutine that never started owns is let go when the execution is over. One that is torn
// down in a destructor is given up with what its stack owns (docs/limits.md).
TEST_CASE("what a goroutine owns that never ran may operate when it is let go", "[check]") {
  const leaks_on_purpose given_up;
  for (const std::string_view strategy : {"dpor", "naive", "random"}) {
    const checker::result r = checker::check(
        [] {
          struct holder {
            std::shared_ptr<heddle::mutex> m = std::make_shared<heddle::mutex>();
            std::unique_lock<heddle::mutex> held{*m};
          };
          const auto h = std::make_shared<holder>();
          heddle::go([h] { h->held.unlock(); });
          throw heddle::panic("boom");
        },
        by(std::string(strategy)));
    INFO(strategy << ": " << r.message);
    CHECK(r.verdict == verdict::failed);
    CHECK(r.what == kind::panic);
  }
}

TEST_CASE("a goroutine that blocks while what it owned is destroyed is not finished", "[check]") {
  const leaks_on_purpose given_up;
  struct drain {
    heddle::chan<int> c = heddle::make_chan<int>();
    ~drain() { c.recv(); }
  };
  const checker::result r = checker::check([] {
    auto owned = std::make_unique<drain>();
    heddle::go([kept = std::move(owned)] {});
  });
  CHECK(r.verdict == verdict::failed);
  CHECK(r.what == kind::leak);
}

TEST_CASE("a schedule of another program, or of a changed one, is refused", "[check]") {
  checker::options how;
  how.program = "two";
  const std::string schedule = checker::check(two_senders, how).failures.at(0).schedule;
  CHECK_THROWS_AS(checker::replay_schedule(two_senders, "three", schedule),
                  checker::schedule_error);
  CHECK_THROWS_WITH(checker::replay_schedule(counters, "two", schedule),
                    Catch::Contains("step 1:"));
  const auto longer = [] {
    two_senders();
    heddle::make_chan<int>(1).send(1);
  };
  CHECK_THROWS_WITH(checker::replay_schedule(longer, "two", schedule), Catch::Contains("step "));
  CHECK_THROWS_AS(checker::replay_schedule(two_senders, "two", "h1.nonsense"),
                  checker::schedule_error);
}

TEST_CASE("an unknown strategy is an invalid argument", "[check]") {
  CHECK_THROWS_AS(checker::check(counters, by("dpro")), std::invalid_argument);
  CHECK_THROWS_WITH(checker::check(counters, by("dpro")), Catch::Contains("naive"));
}
