// Searches in parts, each explored as in a process of its own, which has seen nothing before.
#include "part_search.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>

#include "heddle/heddle.hpp"

namespace {

using namespace heddle;
using checker::part_answer;
using checker::part_state;

// Three goroutines that each take one from a group's two, and go on where that panics.
void caught_panics() {
  struct shared {
    wait_group group;
    atomic<int> turns{0};
  };
  const auto s = std::make_shared<shared>();
  s->group.add(2);
  for (int i = 0; i < 3; ++i)
    go([=] {
      s->turns.add(1);
      try {
        s->group.done();
      } catch (const panic&) {
      }
    });
}

template <int Readers>
void readers_and_writer() {
  const auto m = std::make_shared<rw_mutex>();
  for (int i = 0; i < Readers; ++i)
    go([=] {
      m->lock_shared();
      m->unlock_shared();
    });
  go([=] {
    m->lock();
    m->unlock();
  });
}

struct counts {
  std::uint64_t explored = 0;
  std::uint64_t redundant = 0;
  std::uint64_t executions = 0;
  std::size_t requests = 0;
};

// Parts of at most so many executions.
counts explore_in_parts(const std::function<void()>& body, std::uint64_t executions) {
  checker::options how;
  how.max_executions = executions;
  counts sum;
  std::vector<part_state> parts(1);
  while (!parts.empty()) {
    const part_state request = std::move(parts.back());
    parts.pop_back();
    part_answer a = checker::search_parts(body, how, {request}, 60, [] { return false; }, false)
                        .front();
    ++sum.requests;
    REQUIRE(a.counted.verdict != checker::verdict::error);
    sum.explored += a.counted.explored;
    sum.executions += a.executions;
    if (a.what == part_answer::left::restart) {
      parts.clear();
      sum.redundant = sum.executions;
    }
    if (a.what != part_answer::left::nothing) parts.push_back(std::move(a.state));
    for (part_state& branch : a.branches) parts.push_back(std::move(branch));
  }
  return sum;
}

}  // namespace

TEST_CASE("parts know which wait groups were seen to panic elsewhere", "[explore]") {
  checker::options how;
  how.count_traces = true;
  const checker::result whole = checker::check(caught_panics, how);
  REQUIRE(whole.distinct == 36);  // the orders of turns, and of dones
  const auto executions = GENERATE(as<std::uint64_t>{}, 0, 5, 1);
  const counts parts = explore_in_parts(caught_panics, executions);
  CHECK(parts.requests > 1);
  CHECK(parts.explored == whole.explored);
  CHECK(parts.redundant == whole.redundant);
}

TEST_CASE("a part is declined whose next traces are too many to look for", "[explore]") {
  const auto answer = [](const std::function<void()>& body) {
    checker::options how;
    how.max_executions = 20;
    return checker::search_parts(body, how, {part_state()}, 60, [] { return false; }, true).front();
  };
  CHECK(answer(readers_and_writer<4>).what == part_answer::left::more);
  const part_answer declined = answer(readers_and_writer<16>);
  CHECK(declined.what == part_answer::left::undivided);
  CHECK(declined.executions >= 1);
}

TEST_CASE("a model that does otherwise in another process is told by its first execution",
          "[explore]") {
  int stores = 1;
  const std::function<void()> body = [&stores] {
    const auto x = std::make_shared<atomic<int>>(0);
    for (int i = 0; i < 3; ++i)
      go([=, n = stores] {
        for (int k = 0; k < n; ++k) x->add(1);
      });
  };
  const part_answer a =
      checker::search_parts(body, {}, {part_state()}, 60, [] { return false; }, false).front();
  REQUIRE(!a.first.empty());
  CHECK(checker::departure_from(body, {}, a.first).empty());
  stores = 2;
  CHECK(checker::departure_from(body, {}, a.first).find("step 2") != std::string::npos);
}

TEST_CASE("a ticker that falls silent after main is no other behaviour", "[explore]") {
  const auto ticks = [] {
    const auto x = std::make_shared<atomic<int>>(0);
    go([x] {
      ticker t(std::chrono::milliseconds(10));
      while (t.channel().recv()) continue;
    });
    go([x] {
      sleep_for(std::chrono::milliseconds(50));
      x->load();
    });
  };
  const checker::result whole = checker::check(ticks);
  REQUIRE(whole.verdict == checker::verdict::verified);
  const counts parts = explore_in_parts(ticks, 0);
  CHECK(parts.explored == whole.explored);
}

TEST_CASE("a part goes on after a failure that came before what was planned", "[explore]") {
  const auto fails = [] {
    struct state {
      mutex m;
      chan<int> c = make_chan<int>(1);
    };
    const auto s = std::make_shared<state>();
    go([s] {
      s->c.recv();
      heddle::check(false, "always");
    });
    go([s] {
      s->m.lock();
      s->m.unlock();
    });
    go([s] {
      s->c.send(1);
      s->m.lock();
      s->m.unlock();
    });
  };
  checker::options how;
  how.keep_going = true;
  const part_answer a =
      checker::search_parts(fails, how, {part_state()}, 60, [] { return false; }, false).front();
  CHECK(a.counted.verdict == checker::verdict::failed);
  CHECK(a.counted.failures.size() == 1);
}
