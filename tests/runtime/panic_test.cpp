// Panics: the misuses that raise one, in both modes, and what recover and defer do.
#include "heddle/panic.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include "both_modes.hpp"
#include "heddle/chan.hpp"
#include "heddle/runtime.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"

using heddle::check;
using heddle::make_chan;

namespace {

struct misuse {
  const char* name;
  const char* message;
  std::function<void()> commit;
};

heddle::chan<int> closed_channel() {
  const auto c = make_chan<int>(1);
  c.close();
  return c;
}

const misuse misuses[] = {
    {"send on a closed channel", "send on closed channel", [] { closed_channel().send(1); }},
    {"close of a closed channel", "close of closed channel", [] { closed_channel().close(); }},
    {"close of the nil channel", "close of nil channel", [] { heddle::chan<int>().close(); }},
    {"a wait group below zero", "negative wait_group counter",
     [] {
       heddle::wait_group wg;
       wg.done();
     }},
    {"unlock of an unlocked mutex", "unlock of unlocked mutex",
     [] {
       heddle::mutex m;
       m.unlock();
     }},
    {"unlock of an rw_mutex that is not locked", "unlock of unlocked rw_mutex",
     [] {
       heddle::rw_mutex m;
       m.unlock();
     }},
    {"unlock of an rw_mutex that is read-locked", "unlock of unlocked rw_mutex",
     [] {
       heddle::rw_mutex m;
       m.lock_shared();
       m.unlock();
     }},
    {"read-unlock of an rw_mutex that is not locked",
     "read-unlock of rw_mutex that is not read-locked",
     [] {
       heddle::rw_mutex m;
       m.unlock_shared();
     }},
    {"read-unlock of an rw_mutex that is write-locked",
     "read-unlock of rw_mutex that is not read-locked",
     [] {
       heddle::rw_mutex m;
       m.lock();
       m.unlock_shared();
     }},
    {"a condition wait with its mutex unlocked", "cond wait with its mutex unlocked",
     [] {
       heddle::mutex m;
       heddle::cond c(m);
       c.wait();
     }},
    {"a choice among no values", "choose among no values", [] { heddle::choose(0); }},
    {"a ticker without a period", "non-positive interval for ticker",
     [] { heddle::ticker every(heddle::duration::zero()); }},
    {"a nested run", "heddle::run was called by a goroutine", [] { heddle::run([] {}); }},
};

}  // namespace

TEST_CASE("misuse panics") {
  for (const misuse& one : misuses) {
    DYNAMIC_SECTION(one.name) {
      in_both_modes([&] {
        const auto p = heddle::catch_panic(one.commit);
        check(p.has_value(), "no panic");
        check(p->what() == std::string(one.message), p->what());
      });
    }
  }
}

TEST_CASE("a panic says where it was raised") {
  in_both_modes([] {
    const auto at = heddle::place::current();
    const auto p = heddle::catch_panic([] { heddle::chan<int>().close(); });
    check(p->at().line() == at.line() + 1);
    check(p->at().file_name() == std::string(at.file_name()));
  });
}

TEST_CASE("a false check panics as an assertion") {
  in_performance_mode([] {
    const auto p = heddle::catch_panic([] { check(false, "two and two"); });
    REQUIRE(p);
    REQUIRE(p->kind() == heddle::panic_kind::assertion);
    REQUIRE(p->what() == std::string("two and two"));
  });
}

TEST_CASE("a true check does nothing") {
  in_both_modes([] { check(true, "fine"); });
}

TEST_CASE("catch_panic returns nothing when nothing was raised") {
  REQUIRE_FALSE(heddle::catch_panic([] {}).has_value());
}

TEST_CASE("catch_panic lets other exceptions pass") {
  REQUIRE_THROWS_AS(heddle::catch_panic([] { throw std::logic_error("other"); }), std::logic_error);
}

TEST_CASE("deferred functions run in the reverse order, also when a panic passes") {
  const bool panics = GENERATE(true, false);
  std::string order;
  const auto caught = heddle::catch_panic([&] {
    const heddle::defer first([&] { order += 'a'; });
    const heddle::defer second([&] { order += 'b'; });
    if (panics) throw heddle::panic("passing");
  });
  REQUIRE(order == "ba");
  REQUIRE(caught.has_value() == panics);
}

TEST_CASE("a panic of a deferred function passes on") {
  const auto caught =
      heddle::catch_panic([] { const heddle::defer late([] { throw heddle::panic("late"); }); });
  REQUIRE(caught);
  REQUIRE(caught->what() == std::string("late"));
}
