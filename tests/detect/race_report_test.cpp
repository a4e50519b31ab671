// What is said of a data race, and how often.
#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "both_modes.hpp"
#include "heddle/heddle.hpp"

namespace {

using heddle::checker::failure;
using heddle::checker::kind;
using heddle::checker::options;
using heddle::checker::result;
using heddle::checker::verdict;

std::string line(int offset, heddle::place at = heddle::place::current()) {
  return "detect/race_report_test.cpp:" + std::to_string(static_cast<int>(at.line()) + offset);
}

result explore_on(const std::function<void()>& body) {
  options how;
  how.keep_going = true;
  return heddle::checker::check(body, how);
}

}  // namespace

TEST_CASE("a race names both accesses and the synchronisation nearest to them", "[race]") {
  struct shared {
    heddle::var<int> x = 0;
    heddle::mutex m;
    heddle::chan<int> c = heddle::make_chan<int>(1);
  };
  const std::string created = line(8);
  const std::string written = line(8);
  const std::string unlocked = line(8);
  const std::string sent = line(10);
  const std::string read = line(10);
  const result r = heddle::checker::check([] {
    const auto s = std::make_shared<shared>();
    s->m.lock();
    heddle::go(heddle::named("writer"), [s] {
      s->x = 1;
      s->c.recv();
    });
    s->m.unlock();
    s->c.send(1);
    s->x.get();
  });
  REQUIRE(r.verdict == verdict::failed);
  CHECK(r.what == kind::race);
  CHECK(!r.complete);
  REQUIRE(r.failures.size() == 1);
  const failure& f = r.failures.front();
  REQUIRE(f.race);
  CHECK(!f.schedule.empty());
  REQUIRE(f.goroutines.size() == 2);
  const bool writer_first = f.race->first.who == "writer";
  const auto& writer = writer_first ? f.race->first : f.race->second;
  const auto& reader = writer_first ? f.race->second : f.race->first;
  CHECK(writer.what == "write");
  CHECK(writer.at == written);
  CHECK(reader.who == "main");
  CHECK(reader.what == "read");
  CHECK(reader.at == read);
  CHECK((writer_first ? writer : reader).nearest.find(" at detect/race_report_test.cpp:") !=
        std::string::npos);
  if (writer_first) {
    CHECK(writer.nearest.starts_with("receive on channel 1 of main at "));
    CHECK(reader.nearest == "send on channel 1 of main at " + sent);
  }
  int told = 0;
  for (const auto& l : f.story) told += l.at == written || l.at == read;
  CHECK(told == 2);
}

TEST_CASE("operators name the line that they stand in", "[race]") {
  const std::string first = line(5);
  const std::string second = line(6);
  const result r = heddle::checker::check([] {
    const auto x = std::make_shared<heddle::var<int>>(0);
    heddle::go([=] {
      *x += 2;
    });
    if (*x == 2) heddle::yield();
  });
  REQUIRE(r.what == kind::race);
  std::set<std::string> places{r.failures.front().race->first.at, r.failures.front().race->second.at};
  CHECK(places == std::set<std::string>{first, second});
}

TEST_CASE("a race is reported once for each pair of places, with a count", "[race]") {
  const result r = explore_on([] {
    const auto x = std::make_shared<heddle::var<int>>(0);
    const auto a = std::make_shared<heddle::atomic<int>>(0);
    for (int i = 0; i < 3; ++i)
      heddle::go([=] {
        x->set(1);
        a->add(1);
      });
  });
  REQUIRE(r.failures.size() == 1);
  CHECK(r.what == kind::race);
  CHECK(r.explored == 6);
  CHECK(r.failures.front().times == 6);
}

TEST_CASE("an execution goes on after a race, and shows what else is wrong", "[race]") {
  const result r = explore_on([] {
    const auto x = std::make_shared<heddle::var<int>>(0);
    heddle::go([=] { x->set(1); });
    x->set(2);
    heddle::make_chan<int>().recv();
  });
  REQUIRE(r.failures.size() == 2);
  CHECK(r.failures[0].what == kind::race);
  CHECK(r.failures[1].what == kind::deadlock);
}

// What a racing read sees may decide what is done next, which no trace can tell.
TEST_CASE("a search over a program that hangs on a racing value ends with the race", "[race]") {
  const auto body = [] {
    struct shared {
      heddle::var<int> x = 0;
      heddle::atomic<int> a{0}, b{0};
      heddle::chan<int> c = heddle::make_chan<int>(1);
    };
    const auto s = std::make_shared<shared>();
    for (int g = 0; g < 3; ++g)
      heddle::go([s, g] {
        for (int i = 0; i < 2; ++i) {
          if (s->x == g) s->a.add(1);
          else s->b.store(s->x + 1);
          s->x = s->a.load() + g;
        }
      });
  };
  const std::string strategy = GENERATE("dpor", "naive", "random", "pct", "pos", "surw");
  options how;
  how.strategy = strategy;
  how.max_executions = 2000;
  how.keep_going = GENERATE(false, true);
  const result r = heddle::checker::check(body, how);
  INFO(strategy << ": " << r.message);
  CHECK(r.verdict == verdict::failed);
  CHECK(r.what == kind::race);
  CHECK(!r.complete);
}

TEST_CASE("copies of variables read one and write the other", "[race]") {
  in_both_modes([] {
    heddle::var<int> a = 1, b = 2;
    heddle::chan<int> c = heddle::make_chan<int>();
    heddle::go([&] {
      a = b;
      c.send(1);
    });
    c.recv();
    heddle::check(a == 2, "copied");
  });
}

TEST_CASE("a race is counted once in an execution, however often the line is compiled", "[race]") {
  const result r = explore_on([] {
    const auto x = std::make_shared<heddle::var<int>>(0);
    // clang-format off
    heddle::go([x] { *x = 1; *x = 2; *x = 3; });
    // clang-format on
    x->get();
  });
  REQUIRE(r.failures.size() == 1);
  CHECK(r.failures.front().times == r.explored);
}
