// Estimates of a search's size, before it and while it runs, on programs whose size is known.
#include "search_size.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "dpor.hpp"
#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"
#include "json_report.hpp"
#include "naive.hpp"
#include "sequencer.hpp"

namespace checker = heddle::checker;
namespace explore = heddle::explore;
using body = std::function<void()>;

namespace {

void adders(int n) {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  for (int i = 0; i < n; ++i) heddle::go([=] { x->add(1); });
}

void readers(int n) {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  heddle::go([=] { x->store(1); });
  for (int i = 0; i < n; ++i) heddle::go([=] { x->load(); });
}

void lockers(int n) {
  const auto m = std::make_shared<heddle::mutex>();
  for (int i = 0; i < n; ++i)
    heddle::go([=] {
      m->lock();
      m->unlock();
    });
}

void senders(int n) {
  const auto c = heddle::make_chan<int>();
  for (int i = 0; i < n; ++i) heddle::go([=] { c.send(i); });
  for (int i = 0; i < n; ++i) c.recv();
}

void pairs(int n) {
  const auto c = heddle::make_chan<int>();
  for (int i = 0; i < n; ++i) heddle::go([=] { c.send(i); });
  for (int i = 0; i < n; ++i) heddle::go([=] { c.recv(); });
}

void choices() {
  heddle::choose(3);
  heddle::choose(4);
}

// Reads and a write in each of n goroutines.
void read_and_write(int n) {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  for (int i = 0; i < n; ++i)
    heddle::go([=] {
      x->load();
      x->store(i);
    });
}

struct known {
  const char* name;
  body program;
  double size;
  double factor;  // that the estimate may be off by
};

// The progress after each execution.
std::vector<double> progress_of(explore::strategy& s, const body& program) {
  std::vector<double> all;
  explore::sequencer engine;
  const explore::execution_limits limits;
  while (s.begin()) {
    s.end(engine.run(program, s, limits));
    all.push_back(s.progress());
  }
  return all;
}

}  // namespace

TEST_CASE("an estimate that is far apart is told as a range", "[detect]") {
  CHECK(checker::share_words(1000, {33'000, 20'000, 50'000}) == "about 3% of an estimated 33,000");
  CHECK(checker::share_words(1000, {33'000, 1'000, 2e6}) == "of an estimated 1000 to 2 million");
  CHECK(checker::share_words(1000, {}).empty());
}

TEST_CASE("probes estimate the number of traces within a factor", "[estimate]") {
  const std::vector<known> programs{
      {"one trace", [] { adders(1); }, 1, 1.001},
      {"adders", [] { adders(6); }, 720, 1.001},
      {"readers", [] { readers(13); }, 8192, 1.001},
      {"lockers", [] { lockers(6); }, 720, 1.001},
      {"senders", [] { senders(5); }, 120, 1.001},
      {"pairs", [] { pairs(4); }, 24, 1.001},
      {"choices", choices, 12, 1.001},
      {"read and write", [] { read_and_write(4); },
       static_cast<double>(checker::check([] { read_and_write(4); }).explored), 2.5},
  };
  for (const known& k : programs) {
    checker::options how;
    how.seed = 1;
    const checker::result r = checker::estimate(k.program, how);
    INFO(k.name);
    REQUIRE(r.estimate);
    CHECK(r.explored == 0);
    CHECK(r.stopped_by == "estimate");
    CHECK(r.estimate->executions <= k.size * k.factor);
    CHECK(r.estimate->executions >= k.size / k.factor);
    CHECK(r.estimate->low <= k.size);
    CHECK(r.estimate->high >= k.size);
  }
}

TEST_CASE("a search of any size has an estimate that is a number", "[estimate]") {
  const auto many_adds = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    for (int i = 0; i < 8; ++i)
      heddle::go([=] {
        for (int k = 0; k < 100; ++k) x->add(1);
      });
  };
  const checker::result r = checker::estimate(many_adds);
  REQUIRE(r.estimate);
  CHECK(r.estimate->executions >= 1e290);
  CHECK(std::isfinite(r.estimate->executions));
  CHECK(std::isfinite(r.estimate->high));
  CHECK(r.estimate->low <= r.estimate->executions);
  const checker::result sent = heddle::report::decode(heddle::report::encode(r));
  REQUIRE(sent.estimate);
  CHECK(sent.estimate->high == r.estimate->high);
  CHECK(r.message.find("10^") != std::string::npos);
}

TEST_CASE("probes estimate the number of interleavings", "[estimate]") {
  checker::options how;
  how.strategy = "naive";
  const body program = [] { adders(4); };
  const auto size = static_cast<double>(checker::check(program, how).explored);
  const checker::result r = checker::estimate(program, how);
  REQUIRE(r.estimate);
  CHECK(r.estimate->executions > size / 1.5);
  CHECK(r.estimate->executions < size * 1.5);
}

TEST_CASE("a sampling strategy has no size", "[estimate]") {
  checker::options how;
  how.strategy = "random";
  CHECK_FALSE(checker::estimate([] { adders(2); }, how).estimate);
  how.strategy = "rand";
  CHECK_THROWS_AS(checker::estimate([] { adders(2); }, how), std::invalid_argument);
}

TEST_CASE("the progress of naive only grows, and ends at 1", "[estimate]") {
  explore::naive_strategy s;
  double before = 0;
  for (const double now : progress_of(s, [] { adders(3); })) {
    CHECK(now > before);
    before = now;
  }
  CHECK(before == 1);
}

TEST_CASE("the progress of dpor is a share, and ends at 1", "[estimate]") {
  explore::dpor_strategy s;
  const std::vector<double> all = progress_of(s, [] { adders(5); });
  REQUIRE(all.size() == 120);
  CHECK(all.back() == 1);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    CHECK(all[i] > 0);
    CHECK(all[i] < 1);
  }
  CHECK(all[60] > 0.2);
  CHECK(all[60] < 0.8);
}

TEST_CASE("a search that was cut says how much was left", "[estimate]") {
  checker::options how;
  how.max_executions = 360;
  const checker::result r = checker::check([] { adders(6); }, how);
  REQUIRE(r.estimate);
  CHECK(r.estimate->low <= r.estimate->executions);
  CHECK(r.estimate->executions <= r.estimate->high);
  CHECK(r.estimate->executions > 360);
  CHECK(r.estimate->executions < 1500);
  CHECK(r.message.find("% of an estimated ") != std::string::npos);
  CHECK_FALSE(checker::check([] { adders(6); }).estimate);
}

TEST_CASE("the range of a running estimate is that of the second half of the run", "[estimate]") {
  checker::running_size size;
  CHECK(size.estimate().executions == 0);
  size.look(100, 0.5);   // 200
  size.look(1000, 0.25); // 4000
  size.look(1500, 0.5);  // 3000
  CHECK(size.estimate().executions == Approx(3000));
  CHECK(size.estimate().low == Approx(3000));
  CHECK(size.estimate().high == Approx(4000));
  size.look(4500, 1);
  CHECK(size.estimate().high == Approx(4500));
}

TEST_CASE("estimates are told in round numbers", "[estimate]") {
  CHECK(checker::rounded(720) == "720");
  CHECK(checker::rounded(1) == "1");
  CHECK(checker::rounded(33678) == "34,000");
  CHECK(checker::rounded(999999) == "1 million");
  CHECK(checker::rounded(1.86e6) == "1.9 million");
  CHECK(checker::rounded(2.04e9) == "2 billion");
  CHECK(checker::rounded(3e40) == "10^40");
  CHECK(checker::share_words(60000, {2e6, 1e6, 3e6}) == "about 3% of an estimated 2 million");
  CHECK(checker::share_words(6, {2e6, 1e6, 3e6}) == "less than 1% of an estimated 2 million");
  CHECK(checker::duration_words(0.2) == "less than a second");
  CHECK(checker::duration_words(200) == "3 min");
}
