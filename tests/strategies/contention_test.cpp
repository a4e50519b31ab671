// Which objects surw takes an interest in, and how evenly the seeds spread its first draw.
#include "contention.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"
#include "sample_sequence.hpp"

namespace checker = heddle::checker;
namespace explore = heddle::explore;

namespace {

// The kinds of the contended objects of the program's first execution, each with its events.
std::set<std::string> contended(const std::function<void()>& program) {
  std::set<std::string> found;
  checker::options how;
  how.max_executions = 1;
  how.on_execution = [&](const explore::trace& t) {
    for (const explore::contended_object& o : explore::contended_objects(t)) {
      std::uint64_t events = 0;
      for (const std::uint64_t n : o.events) events += n;
      found.insert(std::string(t.objects[o.id].what) + " " + std::to_string(events));
    }
  };
  checker::check(program, how);
  return found;
}

using names = std::set<std::string>;

}  // namespace

TEST_CASE("an object is contended if two goroutines touch it and the order matters", "[sampling]") {
  CHECK(contended([] {
          const auto x = std::make_shared<heddle::atomic<int>>(0);
          const auto only_read = std::make_shared<heddle::atomic<int>>(0);
          const auto own = std::make_shared<heddle::atomic<int>>(0);
          heddle::go([=] { x->store(only_read->load()); });
          x->load();
          only_read->load();
          own->store(1);
        }) == names{"atomic 2"});
}

TEST_CASE("under one lock the lock is contended and not what it protects", "[sampling]") {
  CHECK(contended([] {
          const auto lock = std::make_shared<heddle::mutex>();
          const auto x = std::make_shared<heddle::atomic<int>>(0);
          const auto add = [=] {
            lock->lock();
            x->add(1);
            lock->unlock();
          };
          heddle::go(add);
          add();
        }) == names{"mutex 4"});
}

TEST_CASE("a wait group that only waits is not contended", "[sampling]") {
  const auto work = [](bool late) {
    const auto group = std::make_shared<heddle::wait_group>();
    if (!late) group->add(1);
    heddle::go([=] {
      if (late) group->add(1);
      group->done();
    });
    group->wait();
  };
  CHECK(contended([&] { work(false); }).empty());
  CHECK(contended([&] { work(true); }).size() == 1);
}

TEST_CASE("a channel is contended if two goroutines send on it, or receive", "[sampling]") {
  const auto meet = [](int senders) {
    const auto c = heddle::make_chan<int>();
    for (int i = 0; i < senders; ++i) heddle::go([=] { c.send(i); });
    for (int i = 0; i < senders; ++i) c.recv();
  };
  CHECK(contended([&] { meet(1); }).empty());
  CHECK(contended([&] { meet(2); }) == names{"channel 2"});
}

TEST_CASE("every seed is drawn once, after the warm-up, and their fractions are even",
          "[sampling]") {
  explore::sample_sequence samples(3, 1002, explore::warming::first);
  REQUIRE(samples.next());
  CHECK(samples.warming_up());
  CHECK(samples.seed() == explore::sample_sequence::warm_up_seed);
  REQUIRE(samples.next());
  CHECK(samples.seed() == 3);
  std::set<std::uint64_t> seeds;
  std::set<std::uint64_t> hundredths;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(samples.next());
    CHECK(!samples.warming_up());
    seeds.insert(samples.seed());
    if (i < 250) hundredths.insert(samples.fraction() * 100 >> 32);
  }
  CHECK(!samples.next());
  CHECK(seeds.size() == 1000);
  CHECK(hundredths.size() == 100);
}

TEST_CASE("a seed that is the warm-up's repeats the warm-up", "[sampling]") {
  explore::sample_sequence samples(explore::sample_sequence::warm_up_seed, 2,
                                   explore::warming::first);
  REQUIRE(samples.next());
  REQUIRE(samples.next());
  CHECK(!samples.warming_up());
  CHECK(samples.fixed());
}
