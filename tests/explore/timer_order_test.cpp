// Timers and tickers: ticks are late, dropped, taken back. Time passes over a tick that would find its
// channel full, so who receives decides where time goes next. All interleavings are the reference.
#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

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

using program = std::function<std::string()>;

struct explored {
  std::set<std::uint64_t> traces;
  std::set<std::string> outcomes;
  std::size_t executions = 0;
};

explored explore_all(explore::strategy& s, explore::sequencer& engine, const program& p) {
  explored all;
  const auto outcome = std::make_shared<std::string>();
  const std::function<void()> body = [&p, outcome] { *outcome = p(); };
  explore::happens_before order;
  while (all.executions < 100000 && s.begin()) {
    const explore::trace& t = engine.run(body, s, {});
    ++all.executions;
    order.analyse(t, t.events.size());
    all.traces.insert(explore::trace_hash(t, order));
    all.outcomes.insert(*outcome);
    s.end(t);
  }
  REQUIRE(s.exhausted());
  REQUIRE(s.redundant() == 0);
  return all;
}

void same_as_all_interleavings(const program& p, const std::set<std::string>& outcomes) {
  explore::sequencer engine;
  explore::naive_strategy naive;
  const explored expected = explore_all(naive, engine, p);
  CHECK(expected.outcomes == outcomes);
  explore::dpor_strategy trees;
  explore::reverse_search reverse;
  for (explore::strategy* s : {static_cast<explore::strategy*>(&trees),
                               static_cast<explore::strategy*>(&reverse)}) {
    const explored found = explore_all(*s, engine, p);
    CHECK((found.traces == expected.traces));
    CHECK(found.executions == expected.traces.size());
    CHECK(found.outcomes == outcomes);
  }
}

// Milliseconds of virtual time.
std::string time_now() {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch()).count());
}

}  // namespace

TEST_CASE("ticks that nobody has taken yet are passed over", "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto tick = heddle::tick(100ms);
        const auto boom = after(250ms);
        std::string seen;
        while (seen.size() < 3 && select(recv(tick), recv(boom)) == 0) seen += 't';
        return seen;
      },
      {"", "t", "tt", "ttt"});
}

TEST_CASE("a select with a default case polls a ticker", "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto tick = heddle::tick(100ms);
        const auto boom = after(250ms);
        std::string seen;
        for (int i = 0; i < 2; ++i)
          seen += "tb-"[select(recv(tick), recv(boom), otherwise())];
        return seen;
      },
      {"--", "-b", "-t", "bt", "t-", "tb", "tt"});
}

TEST_CASE("one tick taken makes room for one more stop of time", "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto tick = heddle::tick(100ms);
        const auto boom = after(250ms);
        go([tick] { tick.recv(); });
        boom.recv();
        return time_now();
      },
      {"250", "300", "350", "400"});
}

TEST_CASE("a ticker is stopped by another goroutine", "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto ticks = std::make_shared<ticker>(100ms);
        const auto boom = after(250ms);
        go([ticks] { ticks->stop(); });
        std::string seen;
        while (seen.size() < 4 && select(recv(ticks->channel()), recv(boom)) == 0) seen += 't';
        ticks->stop();
        return seen;
      },
      {"", "t", "tt", "ttt", "tttt"});
}

TEST_CASE("a ticker is stopped and begins again in another goroutine", "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto ticks = std::make_shared<ticker>(100ms);
        const auto boom = after(250ms);
        go([ticks] {
          ticks->stop();
          ticks->reset(100ms);
        });
        std::string seen;
        while (seen.size() < 2 && select(recv(ticks->channel()), recv(boom)) == 0) seen += 't';
        ticks->stop();
        return seen;
      },
      {"", "t", "tt"});
}

TEST_CASE("two goroutines take ticks of two tickers", "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto slow = heddle::tick(150ms);
        const auto fast = heddle::tick(100ms);
        const auto boom = after(260ms);
        go([slow] { slow.recv(); });
        std::string seen;
        while (seen.size() < 2 && select(recv(fast), recv(boom)) == 0) seen += 't';
        return seen;
      },
      {"", "t", "tt"});
}

TEST_CASE("a timer that two goroutines arm again sends more than one message", "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto t = std::make_shared<timer>(50ms);
        go([t] { t->reset(80ms); });
        go([t] { t->reset(30ms); });
        const bool first = select(recv(t->channel()), recv(after(100ms))) == 0;
        return std::string(first ? "timer" : "after");
      },
      {"timer", "after"});
}

TEST_CASE("stopping a timer takes back what could have been received", "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto slept = std::make_shared<wait_group>();
        slept->go([] { sleep_for(50ms); });
        const auto t = std::make_shared<timer>(50ms);
        go([t] { t->stop(); });
        const bool first = select(recv(t->channel()), recv(after(60ms))) == 0;
        slept->wait();
        return std::string(first ? "timer" : "after");
      },
      {"timer", "after"});
}

TEST_CASE("stop says whether it took a value back that another goroutine could have received",
          "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto t = std::make_shared<timer>(50ms);
        const auto got = make_chan<bool>(1);
        go([t, got] { got.send(select(recv(t->channel()), otherwise()) == 0); });
        const bool stopped = t->stop();
        const bool received = *got.recv();
        return std::string(stopped ? "stopped" : "too late") + (received ? " received" : "");
      },
      {"stopped", "too late received"});
}

TEST_CASE("a timer whose value nobody received is stopped and begins again", "[timers]") {
  same_as_all_interleavings(
      [] {
        const auto t = std::make_shared<timer>(50ms);
        const auto slept = std::make_shared<wait_group>();
        slept->go([] { sleep_for(60ms); });
        if (!t->stop()) t->channel().recv();
        const bool again = t->reset(50ms);
        t->channel().recv();
        slept->wait();
        return std::string(again ? "armed" : "stopped") + ", " + time_now();
      },
      {"stopped, 60", "stopped, 100", "stopped, 110", "stopped, 160"});
}
