// Planning after a long execution may take longer than anybody waits: the bound on time ends it, and
// who wants the first failure is told it without any.
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"
#include "part_search.hpp"
#include "reverse_search.hpp"
#include "sequencer.hpp"

namespace {

using namespace heddle;
using checker::kind;
using checker::options;
using checker::part_answer;
using checker::result;
using checker::verdict;

void send_for_ever(int senders) {
  const auto c = make_chan<int>(4);
  for (int i = 0; i < senders; ++i)
    go([c] {
      for (;;) c.send(1);
    });
  go([c] {
    for (;;) c.recv();
  });
}

void count_for_ever() {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  for (int i = 0; i < 4; ++i)
    go([x] {
      for (;;) x->add(1);
    });
}

void lock_for_ever_and_wait() {
  const auto m = std::make_shared<mutex>();
  for (int i = 0; i < 4; ++i)
    go([m] {
      for (;;) {
        m->lock();
        m->unlock();
      }
    });
  const auto never = make_chan<int>();
  never.recv();
}

}  // namespace

TEST_CASE("the bound on time ends planning", "[time_limit]") {
  options how;
  how.max_seconds = 0.2;
  const result r = checker::check([] { send_for_ever(4); }, how);
  CHECK(r.verdict == verdict::passed);
  CHECK(r.stopped_by == "time");
  CHECK(r.explored == 1);
  CHECK_FALSE(r.complete);
}

TEST_CASE("an execution whose planning the time ended is left to do", "[time_limit]") {
  options how;
  how.max_seconds = 0.2;
  const auto wanted = [] { return false; };
  const part_answer a =
      checker::search_parts([] { send_for_ever(4); }, how, {{}}, 60, wanted, false).front();
  CHECK(a.what == part_answer::left::more);
  CHECK(a.counted.stopped_by == "time");
  CHECK(a.counted.explored == 0);
  CHECK(a.executions == 1);
}

TEST_CASE("a livelock is told without planning what would come after it", "[time_limit]") {
  const result r = checker::check(&lock_for_ever_and_wait, {});
  CHECK(r.what == kind::livelock);
  CHECK(r.explored == 1);
}

TEST_CASE("planning around what was pending at the step bound is quick", "[time_limit]") {
  options how;
  how.max_executions = 20;
  const result r = checker::check(&count_for_ever, how);
  CHECK(r.stopped_by == "executions");
  CHECK(r.cut == 20);
}

TEST_CASE("an execution that is put back is explored again", "[time_limit]") {
  const auto body = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    for (int i = 0; i < 4; ++i) go([x, i] { x->store(i); });
  };
  for (const int put_back_at : {0, 1, 7, 23}) {
    explore::reverse_search s;
    explore::sequencer engine;
    int executions = 0;
    while (s.begin()) {
      const explore::trace& t = engine.run(body, s, {});
      if (executions++ == put_back_at)
        s.put_back();
      else
        s.end(t);
    }
    INFO("put back at " << put_back_at);
    CHECK(s.exhausted());
    CHECK(s.redundant() == 0);
    CHECK(executions == 24 + 1);
  }
}
