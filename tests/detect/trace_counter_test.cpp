// Telling traces apart: the set of hashes, and what a search says of it.
#include "trace_counter.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"
#include "trace_set.hpp"

namespace checker = heddle::checker;
using checker::verdict;

namespace {

// 24 traces; where the fifth goroutine's addition comes makes no difference.
void four_adds() {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  const auto y = std::make_shared<heddle::atomic<int>>(0);
  heddle::go([=] { y->add(1); });
  for (int i = 0; i < 4; ++i) heddle::go([=] { x->add(1); });
}

// More signals of being done than were asked for: what dpor learns makes it begin again.
void one_done_too_many() {
  const auto group = std::make_shared<heddle::wait_group>();
  group->add(2);
  for (int i = 0; i < 3; ++i) heddle::go([=] { group->done(); });
}

checker::options counting(const std::string& strategy, std::uint64_t executions = 0) {
  checker::options how;
  how.strategy = strategy;
  how.count_traces = true;
  how.max_executions = executions;
  how.keep_going = true;
  return how;
}

}  // namespace

TEST_CASE("a set of hashes holds each once, zero too, and grows", "[count]") {
  heddle::explore::trace_set seen;
  std::set<std::uint64_t> expected;
  std::uint64_t hash = 0;
  for (int i = 0; i < 20000; ++i) {
    CHECK(seen.insert(hash) == expected.insert(hash).second);
    hash = (hash + static_cast<std::uint64_t>(i % 7)) * 0x9e3779b97f4a7c15U % 15001;
  }
  CHECK(seen.size() == expected.size());
  seen.clear();
  CHECK(seen.size() == 0);
  CHECK(seen.insert(0));
}

TEST_CASE("dpor explores as many executions as there are traces", "[count]") {
  const checker::result r = checker::check(four_adds, counting("dpor"));
  CHECK(r.verdict == verdict::verified);
  CHECK(r.explored == 24);
  CHECK(r.distinct == 24);
}

TEST_CASE("other strategies say how many traces they saw", "[count]") {
  const checker::result all = checker::check(four_adds, counting("naive"));
  CHECK(all.verdict == verdict::verified);
  CHECK(all.explored > 24);
  CHECK(all.distinct == 24);
  for (const char* name : {"random", "pct", "pos", "surw"}) {
    INFO(name);
    const checker::result some = checker::check(four_adds, counting(name, 10));
    CHECK(some.verdict == verdict::passed);
    REQUIRE(some.distinct);
    CHECK(*some.distinct > 0);
    CHECK(*some.distinct <= 10);
  }
}

TEST_CASE("traces are counted only if asked", "[count]") {
  CHECK_FALSE(checker::check(four_adds).distinct);
}

TEST_CASE("what dpor explored before it began again is not held against it", "[count]") {
  const checker::result r = checker::check(one_done_too_many, counting("dpor"));
  CHECK(r.verdict == verdict::failed);
  CHECK(r.redundant > 0);
  CHECK(r.distinct == r.explored - r.redundant);
}

TEST_CASE("a trace that came twice is told, with how many did", "[count]") {
  checker::trace_counter counter;
  for (const std::uint64_t hash : {5U, 6U, 7U}) counter.add(hash);
  CHECK_FALSE(counter.repetition());
  counter.add(6);
  counter.add(7);
  CHECK(counter.distinct() == 3);
  CHECK(counter.repetition() ==
        "2 of 5 executions repeated a trace that had been explored, where each is to be explored "
        "once");
}
