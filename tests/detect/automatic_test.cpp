// The strategy `auto`: what fits the budget is exhausted, the rest is sampled by several.
#include <catch2/catch.hpp>
#include <memory>

#include "factory.hpp"
#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"

namespace checker = heddle::checker;
using checker::verdict;

namespace {

void adders(int n) {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  for (int i = 0; i < n; ++i) heddle::go([=] { x->add(1); });
}

// Fails in about one of four orders, in a tree that nothing exhausts.
void large_and_wrong() {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  const auto y = std::make_shared<heddle::atomic<int>>(0);
  for (int i = 0; i < 20; ++i) heddle::go([=] { y->add(1); });
  heddle::go([=] { x->store(1); });
  heddle::go([=] { heddle::check(x->load() == 0, "still zero"); });
}

checker::options automatic(std::uint64_t executions = 0) {
  checker::options how;
  how.program = "automatic";
  how.strategy = "auto";
  how.max_executions = executions;
  return how;
}

}  // namespace

TEST_CASE("what fits the budget is exhausted", "[auto]") {
  const checker::result r = checker::check([] { adders(5); }, automatic());
  CHECK(r.verdict == verdict::verified);
  CHECK(r.strategy == "dpor");
  CHECK(r.chosen_by == "auto");
  CHECK(r.explored == 120);
}

TEST_CASE("what does not fit the budget is sampled by several", "[auto]") {
  checker::options how = automatic(1000);
  how.count_traces = true;
  std::uint64_t executions = 0;
  how.on_execution = [&](const heddle::explore::trace&) { ++executions; };
  const checker::result r = checker::check([] { adders(9); }, how);
  CHECK(r.verdict == verdict::passed);
  CHECK(r.strategy == heddle::explore::portfolio);
  CHECK(heddle::explore::is_sampling(r.strategy));
  CHECK(r.chosen_by == "auto");
  CHECK(r.explored == 1000);
  CHECK(executions == 1000);
  CHECK(r.stopped_by == "sampling");
  REQUIRE(r.distinct);
  CHECK(*r.distinct > 500);
  REQUIRE(r.estimate);
  CHECK(r.estimate->executions == Approx(362880));
}

TEST_CASE("a failure that a sampler found is reproduced by its own seed", "[auto]") {
  checker::options how = automatic();
  const checker::result r = checker::check(large_and_wrong, how);
  CHECK(r.verdict == verdict::failed);
  CHECK(r.chosen_by == "auto");
  REQUIRE(r.failures.size() == 1);
  const checker::failure& f = r.failures[0];
  CHECK(r.strategy == f.strategy);
  CHECK(f.message == r.message);
  REQUIRE(f.seed);
  how.strategy = f.strategy;
  const checker::result by_seed = checker::replay_seed(large_and_wrong, *f.seed, how);
  REQUIRE(by_seed.failures.size() == 1);
  CHECK(by_seed.failures[0].schedule == f.schedule);
  CHECK(checker::replay_schedule(large_and_wrong, "automatic", f.schedule).verdict ==
        verdict::failed);
}

TEST_CASE("a portfolio goes on after a failure if told to", "[auto]") {
  checker::options how = automatic(400);
  how.keep_going = true;
  const checker::result r = checker::check(large_and_wrong, how);
  CHECK(r.explored == 400);
  REQUIRE(r.failures.size() == 1);
  CHECK(r.failures[0].times > 10);
}

TEST_CASE("a portfolio ends when the time is up", "[auto]") {
  checker::options how = automatic();
  how.max_seconds = 0.3;
  const checker::result r = checker::check([] { adders(14); }, how);
  CHECK(r.verdict == verdict::passed);
  CHECK(r.stopped_by == "time");
  CHECK(r.explored > 0);
}

TEST_CASE("executions that run into the step bound are sampled", "[auto]") {
  checker::options how = automatic(200);
  how.max_steps = 1000;
  const checker::result r = checker::check(
      [] {
        const auto flag = std::make_shared<heddle::atomic<int>>(0);
        heddle::go([flag] { flag->store(1); });
        while (flag->load() == 0) {
        }
      },
      how);
  CHECK(r.strategy == heddle::explore::portfolio);
  CHECK(r.explored == 200);
  CHECK(r.message.find("dpor would meet longer executions") != std::string::npos);
}

TEST_CASE("a portfolio under a bound on preemptions says so", "[auto]") {
  checker::options how = automatic(200);
  how.preemptions = 1;
  const checker::result r = checker::check(
      [] {
        const auto x = std::make_shared<heddle::atomic<int>>(0);
        for (int i = 0; i < 10; ++i)
          heddle::go([x] {
            x->add(1);
            x->add(1);
          });
      },
      how);
  CHECK(r.strategy == heddle::explore::portfolio);
  CHECK(r.preemptions == 1);
  CHECK(r.left_out);
  CHECK(r.message.find("at most 1 preemption each") != std::string::npos);
}
