// Executions that end where something fails: exploring goes on as if the failure stood in everybody's
// way. All interleavings are the reference.
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

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
  std::set<std::string> failures;  // "" stands for an execution without one
  std::size_t executions = 0;
};

explored explore_all(explore::strategy& s, const std::function<void()>& body) {
  explore::sequencer engine;
  explore::happens_before order;
  explored sum;
  while (sum.executions < 100000 && s.begin()) {
    const explore::trace& t = engine.run(body, s, {});
    ++sum.executions;
    order.analyse(t, t.events.size());
    sum.traces.insert(explore::trace_hash(t, order));
    sum.failures.insert(t.notes.empty() ? std::string() : t.notes.front().message);
    s.end(t);
  }
  CHECK(s.exhausted());
  CHECK(s.redundant() == 0);
  return sum;
}

// dpor finds all failures, by traces that differ and exist.
void same_failures(std::size_t failures, const std::function<void()>& body) {
  explore::naive_strategy naive;
  const explored expected = explore_all(naive, body);
  CHECK(expected.failures.size() == failures);
  explore::dpor_strategy trees;
  const explored found = explore_all(trees, body);
  CHECK(found.failures == expected.failures);
  CHECK(found.executions == found.traces.size());
  for (std::uint64_t hash : found.traces) CHECK(expected.traces.contains(hash));
}

struct state {
  mutex m;
  heddle::atomic<int> a{0};
  chan<int> c = make_chan<int>();
  heddle::once once;
};

}  // namespace

TEST_CASE("what was still to be announced when main failed is explored", "[stopped]") {
  same_failures(2, [] {
    const auto s = std::make_shared<state>();
    s->c.close();
    go([s] {
      s->c.len();
      go([s] { s->c.send(1); });
    });
    s->c.close();
  });
}

TEST_CASE("a choice that touches nothing comes before a failure too", "[stopped]") {
  same_failures(2, [] {
    const auto s = std::make_shared<state>();
    go([s] {
      go([s] {
        choose(2);
        s->once.call([] {});
      });
    });
    s->once.call([] { throw panic("once"); });
  });
}

TEST_CASE("an operation that fails in one place only", "[stopped]") {
  same_failures(1, [] {
    const auto s = std::make_shared<state>();
    go([s] {
      go([s] { s->a.store(1); });
    });
    go([s] {
      s->m.lock();
      s->m.unlock();
    });
    s->m.unlock();
  });
}

TEST_CASE("failures that exclude each other", "[stopped]") {
  same_failures(4, [] {
    const auto s = std::make_shared<state>();
    go([s] {
      s->a.add(1);
      check(s->a.load() != 2, "two");
    });
    go([s] {
      if (s->a.add(1) == 0) s->m.unlock();
      check(s->a.load() != 3, "three");
    });
    if (s->a.add(1) == 2) check(false, "last");
  });
}
