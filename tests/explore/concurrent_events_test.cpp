// concurrent_events against the vector clocks that it is made from: short traces, traces of several
// words, and those too long for sets to be kept; from the start, and after a trace that shares a
// beginning.
#include <catch2/catch.hpp>

#include <cstdint>
#include <memory>
#include <vector>

#include "concurrent_events.hpp"
#include "happens_before.hpp"
#include "heddle/heddle.hpp"
#include "random.hpp"
#include "sequencer.hpp"

namespace {

using namespace heddle;

// Four goroutines that store to two atomics in turn, and main, which waits for them.
std::function<void()> stores(int each) {
  return [each] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    const auto y = std::make_shared<heddle::atomic<int>>(0);
    const auto done = std::make_shared<wait_group>();
    for (int id = 0; id < 4; ++id) {
      done->add(1);
      go([=] {
        for (int i = 0; i < each; ++i) ((id + i) % 3 == 0 ? x : y)->store(i);
        done->done();
      });
    }
    done->wait();
  };
}

void require_as_ordered(explore::concurrent_events& found, const explore::happens_before& order) {
  const auto length = static_cast<std::uint32_t>(order.length());
  // Of a long trace not all, which would take long.
  for (std::uint32_t b = 0; b < length; b += length > 500 ? 97 : 1) {
    std::vector<std::uint32_t> expected;
    for (std::uint32_t e = b + 1; e < length; ++e)
      if (!order.ordered(b, e)) expected.push_back(e);
    std::vector<std::uint32_t> beside;
    found.any_beside(b, [&](std::uint32_t e) {
      beside.push_back(e);
      return false;
    });
    REQUIRE((beside == expected));
    REQUIRE(found.has_beside(b) == !expected.empty());
    const std::uint32_t end = b + (length - b) / 2;
    std::vector<std::uint32_t> before_end;
    found.any_beside_from_last(b, end, [&](std::uint32_t e) {
      before_end.insert(before_end.begin(), e);
      return false;
    });
    std::erase_if(expected, [&](std::uint32_t e) { return e >= end; });
    REQUIRE((before_end == expected));
  }
}

}  // namespace

TEST_CASE("the events beside one are those that are later and not ordered after it", "[explore]") {
  const int each = GENERATE(3, 14, 40, 150, 700);
  explore::sequencer engine;
  explore::random_strategy random(1, 100);
  explore::concurrent_events found;
  explore::happens_before order;
  const std::function<void()> program = stores(each);
  for (int round = 0; round < 3; ++round) {
    REQUIRE(random.begin());
    const explore::trace& t = engine.run(program, random, {});
    const std::size_t length = t.events.size();
    REQUIRE(length > static_cast<std::size_t>(4 * each));
    order.analyse(t, length);
    found.look_at(order, 0);
    require_as_ordered(found, order);
    for (const std::size_t known : {length / 2, length / 3}) {  // the trace cut, then whole again
      order.analyse(t, known + 1, known + 1);
      found.look_at(order, static_cast<std::uint32_t>(known) + 1);
      require_as_ordered(found, order);
      order.analyse(t, length, known);
      found.look_at(order, static_cast<std::uint32_t>(known));
      require_as_ordered(found, order);
    }
    random.end(t);
  }
}

TEST_CASE("what an event depends on directly is what its clock is joined with", "[explore]") {
  explore::sequencer engine;
  explore::random_strategy random(2, 100);
  explore::happens_before order;
  const std::function<void()> program = stores(10);
  REQUIRE(random.begin());
  const explore::trace& t = engine.run(program, random, {});
  order.analyse(t, t.events.size());
  std::size_t direct = 0;
  for (std::uint32_t e = 0; e < t.events.size(); ++e) {
    std::uint32_t before = e;
    for (std::uint32_t d : order.depends_on(e)) {
      CHECK(d < before);  // latest first
      CHECK(order.ordered(d, e));
      CHECK(t.events[d].op.object == t.events[e].op.object);
      // Nothing lies between but the actor's own.
      for (std::uint32_t m = d + 1; m < e; ++m)
        if (order.ordered(d, m) && order.ordered(m, e)) CHECK(t.events[m].what.who == t.events[e].what.who);
      before = d;
      ++direct;
    }
  }
  CHECK(direct > 0);
}
