// A wait group that is used again before a wait has returned: in whatever order the dones came.
#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"

namespace checker = heddle::checker;

TEST_CASE("reuse beside a wait is found whoever was done last", "[detect]") {
  const std::string strategy = GENERATE(as<std::string>{}, "dpor", "naive");
  const bool waiter_first = GENERATE(true, false);
  const auto body = [waiter_first] {
    const auto g = std::make_shared<heddle::wait_group>();
    const auto waited = heddle::make_chan<int>(1);
    g->add(2);
    const auto waiter = [=] {
      heddle::go([=] {
        g->done();
        g->wait();
        waited.send(1);
      });
    };
    if (waiter_first) waiter();
    heddle::go([=] { g->done(); });
    if (!waiter_first) waiter();
    g->wait();
    g->add(1);
    g->done();
    waited.recv();
  };
  checker::options how;
  how.strategy = strategy;
  const checker::result r = checker::check(body, how);
  CHECK(r.verdict == checker::verdict::failed);
  CHECK(r.what == checker::kind::misuse);
}

TEST_CASE("a group may be used again once every wait has returned", "[detect]") {
  const auto body = [] {
    const auto g = std::make_shared<heddle::wait_group>();
    for (int round = 0; round < 2; ++round) {
      g->add(2);
      for (int i = 0; i < 2; ++i) heddle::go([=] { g->done(); });
      g->wait();
    }
  };
  CHECK(checker::check(body).verdict == checker::verdict::verified);
}
