// The sampling strategies: what a seed promises, that they find what there is and nothing else, and
// the probabilities that their papers prove.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "factory.hpp"
#include "happens_before.hpp"
#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"
#include "trace_hash.hpp"

namespace checker = heddle::checker;
namespace explore = heddle::explore;
using body = std::function<void()>;

namespace {

checker::options by(const std::string& strategy, std::uint64_t executions, std::uint64_t seed = 1) {
  checker::options how;
  how.strategy = strategy;
  how.max_executions = executions;
  how.seed = seed;
  how.keep_going = true;
  return how;
}

std::vector<std::uint64_t> fingerprints(const body& b, checker::options how) {
  std::vector<std::uint64_t> all;
  how.on_execution = [&](const explore::trace& t) { all.push_back(t.fingerprint); };
  checker::check(b, how);
  return all;
}

// Everything that arrives as an alternative, in a program whose tree is small enough for naive.
void one_of_each() {
  const auto c = heddle::make_chan<int>();
  const auto d = heddle::make_chan<int>(1);
  heddle::go([=] { heddle::select(heddle::send(c, 1), heddle::send(d, 2)); });
  heddle::go([=] { heddle::sleep_for(std::chrono::seconds(heddle::choose(2))); });
  heddle::select(heddle::recv(c), heddle::recv(d));
}

void two_locks() {
  const auto a = std::make_shared<heddle::mutex>();
  const auto b = std::make_shared<heddle::mutex>();
  const auto both = [](heddle::mutex& first, heddle::mutex& second) {
    first.lock();
    second.lock();
    second.unlock();
    first.unlock();
  };
  const auto done = std::make_shared<heddle::wait_group>();
  done->go([=] { both(*a, *b); });
  done->go([=] { both(*b, *a); });
  done->wait();
}

void condition() {
  const auto lock = std::make_shared<heddle::mutex>();
  const auto woken = std::make_shared<heddle::cond>(*lock);
  for (int i = 0; i < 2; ++i)
    heddle::go([=] {
      lock->lock();
      woken->wait();
      lock->unlock();
    });
  woken->signal();
}

const std::vector<std::pair<std::string, body>> small_programs{
    {"one of each", one_of_each}, {"two locks", two_locks}, {"condition", condition}};

constexpr std::array<const char*, 4> samplers{"random", "pct", "pos", "surw"};

}  // namespace

TEST_CASE("the same seed gives the same executions, another seed others", "[sampling]") {
  const std::string strategy = GENERATE(values<std::string>({"random", "pct", "pos", "surw"}));
  for (const auto& [name, program] : small_programs) {
    INFO(strategy << " on " << name);
    const auto first = fingerprints(program, by(strategy, 30, 7));
    CHECK(first.size() >= 30);
    CHECK(fingerprints(program, by(strategy, 30, 7)) == first);
    CHECK(fingerprints(program, by(strategy, 30, 8)) != first);
  }
}

TEST_CASE("each failing execution is reproduced by its seed alone", "[sampling]") {
  for (const char* strategy : samplers)
    for (const auto& [name, program] : small_programs) {
      std::vector<std::uint64_t> prints;
      checker::options how = by(strategy, 25, 5);
      how.on_execution = [&](const explore::trace& t) { prints.push_back(t.fingerprint); };
      const checker::result r = checker::check(program, how);
      for (const checker::failure& f : r.failures) {
        INFO(strategy << " on " << name << ": " << f.message);
        REQUIRE(f.seed);
        std::uint64_t again = 0;
        how.on_execution = [&](const explore::trace& t) { again = t.fingerprint; };
        const checker::result alone = checker::replay_seed(program, *f.seed, how);
        REQUIRE(alone.failures.size() == 1);
        CHECK(alone.failures[0].schedule == f.schedule);
        CHECK(again == prints.at(f.execution - 1));
      }
    }
}

TEST_CASE("sampling finds a deadlock and an assertion that are easy", "[sampling]") {
  for (const char* strategy : samplers) {
    INFO(strategy);
    CHECK(checker::check(two_locks, by(strategy, 200)).what == checker::kind::deadlock);
    const auto order = [] {
      const auto x = std::make_shared<heddle::atomic<int>>(0);
      heddle::go([=] { x->store(1); });
      heddle::check(x->load() == 0);
    };
    CHECK(checker::check(order, by(strategy, 200)).what == checker::kind::assertion);
  }
}

TEST_CASE("sampling meets only traces that naive meets too", "[sampling]") {
  for (const auto& [name, program] : small_programs) {
    std::set<std::uint64_t> all, sampled;
    const auto collect = [](std::set<std::uint64_t>& into) {
      return [&into](const explore::trace& t) {
        explore::happens_before order;
        order.analyse(t, t.events.size());
        into.insert(explore::trace_hash(t, order));
      };
    };
    checker::options how = by("naive", 0);
    how.on_execution = collect(all);
    REQUIRE(checker::check(program, how).complete);
    for (const char* strategy : samplers) {
      INFO(strategy << " on " << name);
      sampled.clear();
      how = by(strategy, 300);
      how.on_execution = collect(sampled);
      checker::check(program, how);
      CHECK(std::ranges::includes(all, sampled));
      CHECK(sampled.size() > 1);
    }
  }
}

TEST_CASE("sampling ends on programs that never do", "[sampling]") {
  const auto ticks = [] {
    const auto t = heddle::tick(std::chrono::seconds(1));
    const auto stop = std::make_shared<heddle::atomic<bool>>(false);
    heddle::go([=] { stop->store(true); });
    while (!stop->load()) heddle::yield();
    t.recv();
  };
  for (const char* strategy : samplers) {
    checker::options how = by(strategy, 50);
    how.max_steps = 500;
    const checker::result r = checker::check(ticks, how);
    INFO(strategy << ": " << r.message);
    CHECK(r.verdict == checker::verdict::passed);
    CHECK(r.explored == 50);
  }
}

// A bug of depth 2 among n = 3 goroutines and k = 9 events: one load of the watcher's has to fall
// exactly between two writes of the worker's.
TEST_CASE("pct finds a bug of depth 2 as often as it promises", "[sampling]") {
  const auto program = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    heddle::go([=] {
      for (int i = 1; i <= 6; ++i) x->store(i);
    });
    heddle::go([=] { heddle::check(x->load() != 3); });
  };
  constexpr double runs = 20000;
  checker::options how = by("pct", static_cast<std::uint64_t>(runs) + 1);
  how.pct_depth = 2;
  std::size_t longest = 0;
  double found = 0;
  how.on_execution = [&](const explore::trace& t) {
    longest = std::max(longest, t.events.size());
    found += t.notes.empty() ? 0 : 1;
  };
  checker::check(program, how);
  const double promised = 1.0 / (3.0 * static_cast<double>(longest));
  INFO(found / runs << " of the executions, promised are " << promised);
  CHECK(found / runs >= promised);
}

// The load comes after ten writes elsewhere and one here: a random walk sees that once in 2048.
TEST_CASE("pos orders a race both ways however long one side takes to get there", "[sampling]") {
  constexpr int before = 10;
  const auto program = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    heddle::go([=] {
      const auto own = std::make_shared<heddle::atomic<int>>(0);
      for (int i = 0; i < before; ++i) own->store(i);
      x->store(1);
    });
    heddle::go([=] { heddle::check(x->load() == 0); });
  };
  const auto share = [&](const char* strategy) {
    double found = 0;
    checker::options how = by(strategy, 20000);
    how.on_execution = [&](const explore::trace& t) { found += t.notes.empty() ? 0 : 1; };
    checker::check(program, how);
    return found / 20000;
  };
  constexpr double promised = 1.0 / (before + 2);
  constexpr double margin = 3 * 0.002;  // three standard deviations of the share
  CHECK(share("pos") >= promised - margin);
  CHECK(share("random") < promised / 10);
}

namespace {

// Chi-square of how often each interleaving of the writes came up in `runs` executions.
double chi_square(const body& program, std::size_t interleavings, std::uint64_t runs) {
  std::map<std::string, double> times;
  checker::options how = by("surw", runs + 1, 11);
  bool warm_up = true;
  how.on_execution = [&](const explore::trace& t) {
    std::string order;
    for (const explore::event& e : t.events)
      if (e.op.kind == heddle::core::op_kind::atomic_update) order += std::to_string(e.what.who);
    if (!warm_up) ++times[order];
    warm_up = false;
  };
  checker::check(program, how);
  CHECK(times.size() == interleavings);
  const double expected = static_cast<double>(runs) / static_cast<double>(interleavings);
  double sum = 0;
  for (const auto& [order, n] : times) sum += (n - expected) * (n - expected) / expected;
  return sum;
}

}  // namespace

TEST_CASE("surw draws interleavings uniformly", "[sampling]") {
  // The bounds are the chi-square distribution's quantiles at 0.999.
  const auto two_by_three = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    for (int g = 0; g < 2; ++g)
      heddle::go([=] {
        for (int i = 0; i < 3; ++i) x->add(1);
      });
  };
  CHECK(chi_square(two_by_three, 20, 20000) < 43.82);  // 19 degrees of freedom
  // A goroutine that starts late counts from the beginning: 1 and then 2 of the child's, beside 2.
  const auto started_late = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    heddle::go([=] {
      x->add(1);
      heddle::go([=] {
        x->add(1);
        x->add(1);
      });
    });
    heddle::go([=] {
      x->add(1);
      x->add(1);
    });
  };
  CHECK(chi_square(started_late, 10, 20000) < 27.88);  // 9
  // What goes on elsewhere makes no difference.
  const auto busy_elsewhere = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    for (int g = 0; g < 2; ++g)
      heddle::go([=] {
        const auto own = std::make_shared<heddle::atomic<int>>(0);
        for (int i = 0; i < 3; ++i) {
          for (int n = 0; n < 5 * g; ++n) own->store(n);
          x->add(1);
        }
      });
  };
  CHECK(chi_square(busy_elsewhere, 20, 20000) < 43.82);
}

TEST_CASE("pct reaches what the warm-up had not the length for", "[sampling]") {
  constexpr int stores = 10;
  const body lazy = [] {
    struct state {
      heddle::atomic<int> flag{0};
      heddle::atomic<int> x{0};
    };
    const auto s = std::make_shared<state>();
    heddle::go([s] {
      if (s->flag.load() == 1)
        for (int i = 1; i <= stores; ++i) s->x.store(i);
    });
    heddle::go([s] {
      s->flag.store(1);
      heddle::check(s->x.load() != stores / 2, "half way");
    });
  };
  const checker::result r = checker::check(lazy, by("pct", 20000));
  REQUIRE(r.failures.size() == 1);
  CHECK(r.failures[0].times > 5);
}

TEST_CASE("a sampler says how many executions the step bound ended", "[sampling]") {
  checker::options how = by("random", 20);
  how.max_steps = 50;
  const checker::result r = checker::check(
      [] {
        const auto x = std::make_shared<heddle::atomic<int>>(0);
        heddle::go([x] {
          while (x->add(1) >= 0) {
          }
        });
      },
      how);
  CHECK(r.cut == 20);
  CHECK(r.message.find("20 of them longer than 50 steps") != std::string::npos);
}

TEST_CASE("as many change points as steps are enough for pct", "[sampling]") {
  checker::options how = by("pct", 100);
  how.pct_depth = ~std::uint64_t{0};
  CHECK(checker::check(two_locks, how).explored == 100);
}
