// A cycle in the order of locks that no execution deadlocks in is told, and is no failure.
#include <catch2/catch.hpp>
#include <memory>

#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"

namespace {

using heddle::checker::result;
using heddle::checker::verdict;

struct locks {
  heddle::mutex gate, a, b;
  heddle::rw_mutex c;
  heddle::wait_group done;
};

std::string line(int offset, heddle::place at = heddle::place::current()) {
  return "detect/lock_order_test.cpp:" + std::to_string(static_cast<int>(at.line()) + offset);
}

template <class First, class Second>
void both(First& first, Second& second) {
  first.lock();
  second.lock();
  second.unlock();
  first.unlock();
}

}  // namespace

TEST_CASE("a cycle of locks that something else keeps apart is a warning with the places of both orders",
          "[lock_order]") {
  const std::string first = line(5), second = line(6), third = line(12), fourth = line(13);
  const result r = heddle::checker::check([] {
    const auto s = std::make_shared<locks>();
    s->done.add(1);
    heddle::go(heddle::named("ab"), [s] {
      s->a.lock();
      s->b.lock();
      s->b.unlock();
      s->a.unlock();
      s->done.done();
    });
    s->done.wait();
    s->b.lock();
    s->a.lock();
    s->a.unlock();
    s->b.unlock();
  });
  CHECK(r.verdict == verdict::verified);
  REQUIRE(r.warnings.size() == 1);
  const heddle::checker::warning& w = r.warnings.front();
  CHECK(w.kind == "lock order");
  CHECK(w.places == std::vector<std::string>{first, second, third, fourth});
  CHECK(w.message.find("ab holds mutex 2 of main") != std::string::npos);
  CHECK(w.message.find("main holds mutex 3 of main") != std::string::npos);
}

TEST_CASE("a lock around both orders of a cycle is a gate, unless some do without", "[lock_order]") {
  const bool gated = GENERATE(true, false);
  const result r = heddle::checker::check([gated] {
    const auto s = std::make_shared<locks>();
    s->done.go([s] {
      s->gate.lock();
      both(s->a, s->b);
      s->gate.unlock();
    });
    if (!gated) {
      s->done.wait();  // so that no execution deadlocks
      both(s->b, s->a);
    }
    s->gate.lock();
    both(s->b, s->a);
    s->gate.unlock();
    s->done.wait();
  });
  CHECK(r.verdict == verdict::verified);
  CHECK(r.warnings.size() == (gated ? 0 : 1));
}

TEST_CASE("readers of a lock do not hold each other up, a writer does", "[lock_order]") {
  const bool writes = GENERATE(false, true);
  const result r = heddle::checker::check([writes] {
    struct two {
      heddle::rw_mutex a, b;
      heddle::wait_group done;
    };
    const auto s = std::make_shared<two>();
    s->done.go([s] {
      s->a.lock_shared();
      s->b.lock_shared();
      s->b.unlock_shared();
      s->a.unlock_shared();
    });
    s->done.wait();
    if (writes) {
      both(s->b, s->a);
    } else {
      s->b.lock_shared();
      s->a.lock_shared();
      s->a.unlock_shared();
      s->b.unlock_shared();
    }
  });
  CHECK(r.verdict == verdict::verified);
  CHECK(r.warnings.size() == (writes ? 1 : 0));
}

TEST_CASE("one order, and two orders of one goroutine, are no cycle", "[lock_order]") {
  const result ordered = heddle::checker::check([] {
    const auto s = std::make_shared<locks>();
    for (int i = 0; i < 2; ++i) heddle::go([s] { both(s->a, s->b); });
  });
  CHECK(ordered.verdict == verdict::verified);
  CHECK(ordered.warnings.empty());
  const result alone = heddle::checker::check([] {
    locks s;
    both(s.a, s.b);
    both(s.b, s.a);
  });
  CHECK(alone.warnings.empty());
}

TEST_CASE("a cycle by way of a reader-writer lock and three goroutines is told", "[lock_order]") {
  const result r = heddle::checker::check([] {
    const auto s = std::make_shared<locks>();
    s->done.add(1);
    // One after the other: no schedule deadlocks.
    heddle::go([s] {
      both(s->a, s->b);
      heddle::go([s] {
        both(s->b, s->c);
        heddle::go([s] {
          both(s->c, s->a);
          s->done.done();
        });
      });
    });
    s->done.wait();
  });
  CHECK(r.verdict == verdict::verified);
  REQUIRE(r.warnings.size() == 1);
  CHECK(r.warnings.front().places.size() == 6);
}

TEST_CASE("a deadlock that was found needs no hint", "[lock_order]") {
  heddle::checker::options how;
  how.keep_going = true;
  const result r = heddle::checker::check(
      [] {
        const auto s = std::make_shared<locks>();
        s->done.add(2);
        heddle::go([s] {
          both(s->a, s->b);
          s->done.done();
        });
        heddle::go([s] {
          both(s->b, s->a);
          s->done.done();
        });
        s->done.wait();
      },
      how);
  CHECK(r.what == heddle::checker::kind::deadlock);
  CHECK(r.warnings.empty());
}
