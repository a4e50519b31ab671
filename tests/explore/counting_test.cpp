// How many goroutines there are: one that has done its last operation may still be counted. All
// interleavings are the reference for wakeup trees and reverse search.
#include <catch2/catch.hpp>
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

struct explored {
  std::set<std::uint64_t> traces;
  std::set<int> counts;
  std::size_t executions = 0;
};

explored explore_all(explore::strategy& s, const std::function<int()>& body) {
  explore::sequencer engine;
  explore::happens_before order;
  explored sum;
  while (sum.executions < 10000 && s.begin()) {
    const explore::trace& t = engine.run([&] { sum.counts.insert(body()); }, s, {});
    ++sum.executions;
    order.analyse(t, t.events.size());
    sum.traces.insert(explore::trace_hash(t, order));
    s.end(t);
  }
  CHECK(s.exhausted());
  CHECK(s.redundant() == 0);
  return sum;
}

void counts(const std::set<int>& expected, const std::function<int()>& body) {
  explore::naive_strategy naive;
  const explored all = explore_all(naive, body);
  CHECK((all.counts == expected));
  explore::dpor_strategy trees;
  explore::reverse_search reverse;
  for (explore::strategy* s : {static_cast<explore::strategy*>(&trees),
                               static_cast<explore::strategy*>(&reverse)}) {
    const explored found = explore_all(*s, body);
    CHECK((found.counts == expected));
    CHECK((found.traces == all.traces));
    CHECK(found.executions == found.traces.size());
  }
}

}  // namespace

TEST_CASE("a goroutine that does nothing may have returned or not", "[explore]") {
  counts({1, 2}, [] {
    go([] {});
    return num_goroutines();
  });
}

TEST_CASE("those that are done may have returned or not, each by itself", "[explore]") {
  counts({1, 2, 3}, [] {
    const auto done = std::make_shared<wait_group>();
    done->add(2);
    for (int i = 0; i < 2; ++i) go([done] { done->done(); });
    done->wait();
    return num_goroutines();
  });
}

TEST_CASE("who waits for others to return meets the end of them", "[explore]") {
  counts({1}, [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    go([x] { x->store(1); });
    while (num_goroutines() > 1) yield();
    return num_goroutines();
  });
}

TEST_CASE("one that waits is counted", "[explore]") {
  counts({2}, [] {
    const auto never = make_chan<int>();
    go([never] { never.recv(); });
    return num_goroutines();
  });
}

TEST_CASE("two count while a third ends", "[explore]") {
  counts({12, 13, 20, 22, 23, 30, 32}, [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    go([] {});
    go([x] { x->store(num_goroutines()); });
    const int mine = num_goroutines();
    return mine * 10 + x->load();
  });
}

TEST_CASE("a choice may be the last that a goroutine does", "[explore]") {
  counts({1, 2}, [] {
    go([] { choose(2); });
    return num_goroutines();
  });
  counts({1, 2, 3}, [] {
    const auto c = make_chan<int>(1);
    go([c] {
      choose(2);
      go([c] { c.send(1); });
      c.recv();
    });
    return num_goroutines();
  });
}
