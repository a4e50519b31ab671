// What a trace costs in preemptions, told from the trace alone.
#include <catch2/catch.hpp>
#include <memory>

#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"

namespace checker = heddle::checker;

// After its store the first goroutine could meet the second's send: going on with the third is a
// preemption, although in the trace the two never meet.
TEST_CASE("a goroutine can go on with a partner whose creator did nothing", "[explore]") {
  const auto body = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    const auto met = heddle::make_chan<int>();
    const auto buffered = heddle::make_chan<int>(1);
    heddle::go([=] {
      x->add(1);
      heddle::select(heddle::recv(met), heddle::recv(buffered));
    });
    heddle::go([=] { met.send(1); });
    heddle::go([=] {
      x->add(1);
      buffered.send(1);
    });
  };
  for (const unsigned most : {0U, 1U, 2U}) {
    checker::options how;
    how.preemptions = most;
    how.keep_going = true;
    how.count_traces = true;
    const checker::result dpor = checker::check(body, how);
    how.strategy = "naive";
    const checker::result naive = checker::check(body, how);
    INFO("at most " << most << " preemptions");
    CHECK(dpor.explored == naive.distinct);
  }
}
