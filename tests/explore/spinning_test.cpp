// Spinning loops of every kind: what they wait for, what lets them go on, and what happens while
// they do. All interleavings are the reference for wakeup trees and reverse search.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <set>

#include "dpor.hpp"
#include "happens_before.hpp"
#include "heddle/heddle.hpp"
#include "naive.hpp"
#include "reverse_search.hpp"
#include "sequencer.hpp"
#include "trace_hash.hpp"

namespace {

using namespace heddle;
using namespace std::chrono_literals;
using explore::ending;
using explore::time_mode;

struct explored {
  std::set<std::uint64_t> traces;
  std::size_t executions = 0;
  std::size_t cut = 0;
};

explored explore_all(explore::strategy& s, const std::function<void()>& body, time_mode time) {
  explore::execution_limits limits;
  limits.max_steps = 200;
  limits.time = time;
  explore::sequencer engine;
  explore::happens_before order;
  explored sum;
  while (sum.executions < 100000 && s.begin()) {
    const explore::trace& t = engine.run(body, s, limits);
    ++sum.executions;
    if (t.ended == ending::cut || t.ended == ending::unfair_cut) ++sum.cut;
    order.analyse(t, std::min(t.events.size(), limits.max_steps));
    sum.traces.insert(explore::trace_hash(t, order));
    s.end(t);
  }
  CHECK(std::string(s.nondeterminism()).empty());
  CHECK(s.exhausted());
  CHECK(s.redundant() == 0);
  return sum;
}

// Every strategy finds this many traces, each of which ends.
void explores(std::size_t traces, const std::function<void()>& body,
              time_mode time = time_mode::free) {
  explore::naive_strategy naive;
  const explored expected = explore_all(naive, body, time);
  CHECK(expected.traces.size() == traces);
  CHECK(expected.cut == 0);
  explore::dpor_strategy trees;
  explore::reverse_search reverse;
  for (explore::strategy* s : {static_cast<explore::strategy*>(&trees),
                               static_cast<explore::strategy*>(&reverse)}) {
    const explored found = explore_all(*s, body, time);
    CHECK((found.traces == expected.traces));
    CHECK(found.executions == traces);
  }
}

struct two_atomics {
  heddle::atomic<int> a{0};
  heddle::atomic<int> b{0};
};

}  // namespace

TEST_CASE("a change that a spinner learns of by its next look lets it go on", "[spinning]") {
  const auto look = [](const std::shared_ptr<two_atomics>& s) {
    for (;;) {
      const int a = s->a.load();
      s->b.load();
      if (a != 0) return;
      yield();
    }
  };
  explores(22, [look] {
    const auto s = std::make_shared<two_atomics>();
    go([s] {
      s->a.store(1);
      s->b.store(1);
    });
    go([s] { s->a.store(2); });
    go([s, look] { look(s); });
  });
}

TEST_CASE("either of two equal stores lets a spinner go on", "[spinning]") {
  explores(14, [] {
    const auto s = std::make_shared<two_atomics>();
    go([s] { s->a.store(1); });
    go([s] {
      s->a.store(1);
      s->b.exchange(0);
    });
    while (s->a.load() == 0 && s->b.load() == 0) yield();
  });
}

TEST_CASE("a compare-and-swap loop beside one that yields first", "[spinning]") {
  explores(20, [] {
    const auto s = std::make_shared<two_atomics>();
    go([s] {
      go([s] { s->a.store(2); });
      while (!s->a.compare_and_swap(1, 1 - s->a.load())) yield();
    });
    for (;;) {
      yield();
      if (s->a.load() != 0) break;
    }
    s->a.store(1);
  });
}

TEST_CASE("a compare-and-swap loop beside a change that is taken back", "[spinning]") {
  explores(44, [] {
    struct state {
      rw_mutex rw;
      heddle::atomic<int> a{0};
    };
    const auto s = std::make_shared<state>();
    go([s] {
      if (s->rw.try_lock()) s->rw.unlock();
    });
    go([s] {
      if (s->rw.try_lock_shared()) s->rw.unlock_shared();
      while (!s->a.compare_and_swap(0, 1 - s->a.load())) yield();
    });
    s->a.store(1);
    s->a.exchange(0);
  });
}

TEST_CASE("yields in a row are as one", "[spinning]") {
  explores(2, [] {
    const auto s = std::make_shared<two_atomics>();
    go([s] {
      while (s->a.load() == 0 && s->b.load() == 0) yield();
    });
    yield();
    yield();
    s->a.exchange(1);
  });
}

TEST_CASE("who only yields lets all others go first, and then time", "[spinning]") {
  explores(1, [] {
    const auto done = std::make_shared<bool>(false);
    go([done] {
      sleep_for(1ms);
      *done = true;
    });
    while (!*done) yield();
  }, time_mode::idle);
}

TEST_CASE("polling by select waits for a case", "[spinning]") {
  const std::size_t capacity = GENERATE(0U, 1U);
  explores(2, [capacity] {
    const auto c = make_chan<int>(capacity);
    go([c] { c.send(1); });
    while (select(recv(c), otherwise()) != 0) yield();
  });
}

TEST_CASE("polling two channels", "[spinning]") {
  explores(12, [] {
    const auto met = make_chan<int>();
    const auto kept = make_chan<int>(1);
    go([met] { met.send(1); });
    go([kept] { kept.send(1); });
    for (int got = 0; got < 2;)
      if (select(recv(met), recv(kept), otherwise()) == 2)
        yield();
      else
        ++got;
  });
}

TEST_CASE("polling a channel and a flag", "[spinning]") {
  explores(5, [] {
    const auto c = make_chan<int>();
    const auto flag = std::make_shared<heddle::atomic<int>>(0);
    go([c, flag] {
      flag->store(1);
      select(send(c, 1), otherwise());
    });
    for (;;) {
      if (select(recv(c), otherwise()) == 0) break;
      if (flag->load() != 0) break;
      yield();
    }
  });
}

TEST_CASE("time passes for who waits by yielding", "[spinning]") {
  const auto late = [] {
    const auto flag = std::make_shared<heddle::atomic<int>>(0);
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    go([flag] {
      sleep_for(5ms);
      flag->store(1);
    });
    go([x] { x->store(1); });
    while (flag->load() == 0) yield();
    x->store(2);
  };
  explores(4, late);
  explores(1, late, time_mode::idle);
  explores(1, [] {
    const time_point begun = now();
    go([] { sleep_for(2ms); });
    while (now() - begun < 1ms) yield();
  }, time_mode::idle);
}

TEST_CASE("who spins for ever keeps nothing from being tried", "[spinning]") {
  struct state {
    mutex m;
    chan<int> c = make_chan<int>();
  };
  const std::function<void()> body = [] {
    const auto s = std::make_shared<state>();
    go([s] {
      go([s] {
        while (s->c.len() == 0) yield();
      });
      s->m.lock();
    });
    s->m.lock();
  };
  explore::naive_strategy naive;
  explore::dpor_strategy trees;
  for (explore::strategy* s : {static_cast<explore::strategy*>(&naive),
                               static_cast<explore::strategy*>(&trees)}) {
    const explored found = explore_all(*s, body, time_mode::free);
    CHECK(found.traces.size() == 2);
    CHECK(found.cut == found.executions);
  }
}

TEST_CASE("a function called before a yield and after it is no loop", "[spinning]") {
  const auto look = [](const std::shared_ptr<two_atomics>& s) { return s->a.load(); };
  explores(4, [look] {
    const auto s = std::make_shared<two_atomics>();
    go([look, s] {
      look(s);
      yield();
      look(s);
      s->b.store(1);
    });
    for (int i = 0; i < 3; ++i) s->b.load();
  });
}

namespace {

// What it returns keeps it from being compiled as a loop.
[[gnu::noinline]] int look_and_yield(const std::shared_ptr<two_atomics>& s, int times) {
  if (times == 0) return 1;
  const int seen = s->a.load();
  yield();
  return look_and_yield(s, times - 1) % 7 + seen;
}

}  // namespace

TEST_CASE("a recursion is no loop", "[spinning]") {
  explores(3, [] {
    const auto s = std::make_shared<two_atomics>();
    go([s] {
      look_and_yield(s, 3);
      s->b.store(1);
    });
    for (int i = 0; i < 2; ++i) s->b.load();
  });
}

TEST_CASE("a goroutine that yields for the first time late in the search", "[spinning]") {
  explores(4, [] {  // the store to a is a change, so the loop's second turn is not held back
    const auto s = std::make_shared<two_atomics>();
    go([s] { s->b.store(1); });
    if (s->b.load() == 1) return;
    s->a.store(1);
    while (s->b.load() == 0) yield();
  });
}

TEST_CASE("many goroutines that each yield once", "[spinning]") {
  explores(1, [] {
    const auto c = make_chan<int>();
    for (int i = 0; i < 60; ++i) {
      go([c] {
        yield();
        c.send(1);
      });
      c.recv();
    }
  });
}
