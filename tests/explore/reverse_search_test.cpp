// Reverse search where the generated programs do not lead: goroutines that spin on guards, and
// executions that end at the step bound. All interleavings and wakeup trees are the reference.
#include "reverse_search.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <set>

#include "dpor.hpp"
#include "happens_before.hpp"
#include "heddle/heddle.hpp"
#include "naive.hpp"
#include "sequencer.hpp"
#include "trace_hash.hpp"

namespace {

using namespace heddle;

struct explored {
  std::set<std::uint64_t> traces;
  std::size_t executions = 0;
  std::uint64_t redundant = 0;
};

explored explore_all(explore::strategy& s, explore::sequencer& engine,
                     const std::function<void()>& body, std::size_t max_steps) {
  explore::execution_limits limits;
  limits.max_steps = max_steps;
  explore::happens_before order;
  explored sum;
  while (sum.executions < 500000 && s.begin()) {
    const explore::trace& t = engine.run(body, s, limits);
    ++sum.executions;
    order.analyse(t, t.events.size());
    sum.traces.insert(explore::trace_hash(t, order));
    s.end(t);
  }
  sum.redundant = s.redundant();
  REQUIRE(std::string(s.nondeterminism()).empty());
  REQUIRE(s.exhausted());
  return sum;
}

void same_traces(const std::function<void()>& body) {
  explore::sequencer engine;
  explore::naive_strategy naive;
  const explored expected = explore_all(naive, engine, body, 2000);
  CHECK(expected.traces.size() > 1);
  explore::dpor_strategy trees;
  explore::reverse_search reverse;
  for (explore::strategy* s : {static_cast<explore::strategy*>(&trees),
                               static_cast<explore::strategy*>(&reverse)}) {
    const explored found = explore_all(*s, engine, body, 2000);
    CHECK((found.traces == expected.traces));
    CHECK(found.executions == found.traces.size());
    CHECK(found.redundant == 0);
  }
}

}  // namespace

TEST_CASE("a spinner's look at a mutex does not tell whether it is locked", "[reverse]") {
  same_traces([] {
    struct state {
      mutex a;
      mutex b;
    };
    const auto s = std::make_shared<state>();
    s->a.lock();
    go([s] {
      s->b.lock();
      s->b.unlock();
    });
    go([s] {
      while (!s->a.try_lock() && !s->b.try_lock()) yield();
    });
    go([s] { s->b.lock(); });
  });
}

TEST_CASE("a spinner's load does not make a mutex look free", "[reverse]") {
  same_traces([] {
    struct state {
      heddle::atomic<int> x{0};
      mutex m;
    };
    const auto s = std::make_shared<state>();
    go([s] { s->m.lock(); });
    go([s] {
      while (s->x.load() == 0 && !s->m.try_lock()) yield();
    });
    go([s] { s->x.store(1); });
    go([s] {
      if (s->m.try_lock()) s->m.unlock();
    });
  });
}

TEST_CASE("a store of the same value releases no spinner", "[reverse]") {
  same_traces([] {
    struct state {
      heddle::atomic<int> x{0};
      heddle::atomic<int> y{0};
    };
    const auto s = std::make_shared<state>();
    go([s] {
      while (s->x.load() == 0) yield();
    });
    go([s] { s->x.store(0); });
    go([s] { s->y.store(1); });
    go([s] { s->y.store(2); });
    go([s] { s->x.store(1); });
  });
}

TEST_CASE("what was pending at the step bound is still a choice", "[reverse]") {
  struct state {
    mutex m;
    bool done = false;
  };
  const std::function<void()> body = [] {
    const auto s = std::make_shared<state>();
    go([s] {
      s->m.lock();
      s->done = true;
      s->m.unlock();
    });
    for (bool done = false; !done;) {
      s->m.lock();
      done = s->done;
      s->m.unlock();
    }
  };
  explore::sequencer engine;
  explore::reverse_search reverse;
  const explored found = explore_all(reverse, engine, body, 40);
  CHECK(found.executions > 10);  // at most every turn of the loop can come first
  CHECK(found.redundant == 0);
}

TEST_CASE("a bound in the middle of a rendezvous is survived", "[reverse]") {
  struct state {
    heddle::atomic<int> x{0};
    chan<int> c = make_chan<int>();
  };
  const std::function<void()> body = [] {
    const auto s = std::make_shared<state>();
    go([s] { s->x.store(1); });
    go([s] { s->c.recv(); });
    go([s] {
      while (s->x.load() < 2) {}
    });
    go([s] { s->c.send(1); });
  };
  explore::sequencer engine;
  explore::reverse_search reverse;
  const explored found = explore_all(reverse, engine, body, 30);
  CHECK(found.executions > 0);
  CHECK(found.redundant == 0);
}

TEST_CASE("what is created past the step bound is no choice", "[reverse]") {
  struct state {
    heddle::atomic<int> x{0};
    heddle::atomic<int> y{0};
  };
  const std::function<void()> body = [] {
    const auto s = std::make_shared<state>();
    go([s] { s->x.store(1); });
    for (int i = 0; i < 12 && s->x.load() == 0; ++i) {
    }
    for (int i = 0; i < 4; ++i)
      go([s] {
        go([s] { s->y.store(1); });
        s->y.store(2);
      });
    s->y.load();
  };
  for (const std::size_t bound : {2U, 4U, 6U, 8U}) {
    explore::sequencer engine;
    explore::dpor_strategy trees;
    INFO(bound);
    CHECK(explore_all(trees, engine, body, bound).executions > 1);
  }
}

TEST_CASE("who is created by one that has done nothing yet is not there before it", "[reverse]") {
  same_traces([] {
    struct state {
      heddle::atomic<int> x{0};
      heddle::atomic<int> y{0};
      chan<int> c = make_chan<int>(1);
    };
    const auto s = std::make_shared<state>();
    go([s] {
      s->c.recv();
      go([s] { go([s] { s->y.add(4); }); });
    });
    go([s] {
      s->x.add(1);
      s->c.send(1);
    });
    go([s] { s->x.add(8); });
  });
}

TEST_CASE("a spinner that goes on does not release one that waits for the same", "[reverse]") {
  const bool stores_early = GENERATE(true, false);
  same_traces([stores_early] {
    struct state {
      mutex m;
      heddle::atomic<int> flag{0};
    };
    const auto s = std::make_shared<state>();
    s->m.lock();
    go([s, stores_early] {
      while (!s->m.try_lock()) {
        s->flag.load();
        yield();
      }
      s->m.unlock();
      if (!stores_early) s->flag.store(1);
    });
    go([s] {
      while (s->flag.load() == 0) yield();
    });
    go([s, stores_early] {
      s->m.unlock();
      if (stores_early) s->flag.store(1);
    });
  });
}

TEST_CASE("whose read lock another gives back does not depend on who came first", "[reverse]") {
  const bool turned = GENERATE(false, true);
  same_traces([turned] {
    struct state {
      rw_mutex m;
      chan<int> c = make_chan<int>(1);
    };
    const auto s = std::make_shared<state>();
    const auto reader = [s] {
      go([s] {
        s->m.lock_shared();
        s->m.unlock_shared();
      });
    };
    if (turned) reader();
    go([s] {
      s->m.lock_shared();
      s->c.send(1);
    });
    if (!turned) reader();
    go([s] {
      s->c.recv();
      s->m.unlock_shared();
    });
  });
}

TEST_CASE("a select's cases become unready independently of each other", "[reverse]") {
  same_traces([] {
    struct state {
      chan<int> kept = make_chan<int>(2);
      chan<int> met = make_chan<int>();
    };
    const auto s = std::make_shared<state>();
    go([s] {
      s->kept.len();
      s->met.close();
    });
    go([s] {
      s->kept.recv();
      select(recv(s->kept), otherwise());
    });
    if (select(send(s->kept, 8), otherwise()) == 0) go([s] { s->kept.send(1); });
    select(send(s->kept, 8), recv(s->met), otherwise());
  });
}
