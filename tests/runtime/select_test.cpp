// select, by https://go.dev/ref/spec#Select_statements.
#include "heddle/select.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "both_modes.hpp"
#include "child_process.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"

using heddle::check;
using heddle::make_chan;
using heddle::otherwise;
using heddle::recv;
using heddle::select;
using heddle::send;

TEST_CASE("select returns the index of the case that ran") {
  const int ready = GENERATE(0, 1, 2);
  in_both_modes([=] {
    std::array<heddle::chan<int>, 3> c;
    for (auto& one : c) one = make_chan<int>(1);
    c[static_cast<std::size_t>(ready)].send(1);
    check(select(recv(c[0]), recv(c[1]), recv(c[2])) == ready);
  });
}

TEST_CASE("otherwise runs when no case is ready, wherever it stands") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    bool ran = false;
    check(select(otherwise([&] { ran = true; }), recv(c), send(c, 1)) == 0);
    check(ran);
    check(select(recv(c), otherwise(), send(c, 1)) == 1);
  });
}

TEST_CASE("otherwise does not run when a case is ready") {
  in_both_modes([] {
    const auto c = make_chan<int>(1);
    c.send(1);
    check(select(otherwise(), recv(c)) == 1);
    check(select(otherwise(), send(c, 1)) == 1);
  });
}

TEST_CASE("a receive case delivers to a handler or to a place") {
  in_both_modes([] {
    const auto c = make_chan<int>(1);
    int place = 0;
    std::optional<int> maybe;
    int handled = 0;
    c.send(1);
    select(recv(c, place));
    c.send(2);
    select(recv(c, maybe));
    c.send(3);
    select(recv(c, [&](std::optional<int> v) { handled = *v; }));
    check(place == 1 && maybe == 2 && handled == 3);
    c.send(4);
    select(recv(c, [&] { handled = 4; }));
    check(handled == 4);
  });
}

TEST_CASE("a receive case on a closed channel delivers nothing") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    c.close();
    int place = 5;
    std::optional<int> maybe = 5;
    bool empty = false;
    check(select(recv(c, place)) == 0);
    check(select(recv(c, maybe)) == 0);
    check(select(recv(c, [&](std::optional<int> v) { empty = !v.has_value(); })) == 0);
    check(place == 5 && !maybe && empty);
  });
}

TEST_CASE("a send case runs its handler after the value was taken") {
  in_both_modes([] {
    const auto c = make_chan<int>(1);
    bool sent = false;
    check(select(send(c, 1, [&] { sent = true; })) == 0);
    check(sent && c.recv() == 1);
  });
}

TEST_CASE("select blocks until a case is ready") {
  const bool sends = GENERATE(true, false);
  in_both_modes([=] {
    const auto c = make_chan<int>();
    const auto never = make_chan<int>();
    const auto seen = make_chan<int>();
    heddle::go([=] {
      int v = 0;
      if (sends)
        select(recv(never), send(c, 1));
      else
        select(recv(never), recv(c, v));
      seen.send(v);
    });
    sends ? static_cast<void>(c.recv()) : c.send(1);
    check(*seen.recv() == (sends ? 0 : 1));
  });
}

TEST_CASE("select with a case on the nil channel waits for the others") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    heddle::go([=] { c.send(1); });
    check(select(recv(heddle::chan<int>()), recv(c)) == 1);
  });
}

TEST_CASE("a send case on a closed channel panics") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    c.close();
    const auto p = heddle::catch_panic([&] { select(send(c, 1), otherwise()); });
    check(p && p->what() == std::string("send on closed channel"));
  });
}

TEST_CASE("close makes a select that waits to send panic") {
  in_performance_mode([] {
    const auto c = make_chan<int>();
    const auto panicked = make_chan<bool>();
    heddle::go(
        [=] { panicked.send(heddle::catch_panic([&] { select(send(c, 1)); }).has_value()); });
    until_blocked(1);
    c.close();
    REQUIRE(*panicked.recv());
  });
}

TEST_CASE("two selects meet") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    const auto never = make_chan<int>();
    heddle::go([=] { select(send(c, 7), recv(never)); });
    int v = 0;
    check(select(recv(never), recv(c, v)) == 1);
    check(v == 7);
  });
}

TEST_CASE("a select does not meet itself") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    check(select(send(c, 1), recv(c), otherwise()) == 2);
  });
}

// A select that waits on several channels stays in the queues of the others until it has run.
TEST_CASE("a select that has a winner takes no other value") {
  const bool has_otherwise = GENERATE(true, false);
  in_performance_mode([=] {
    const auto a = make_chan<int>();
    const auto b = make_chan<int>();
    const auto seen = make_chan<int>();
    heddle::go([=] {
      int v = 0;
      select(recv(a, v), recv(b, v));
      seen.send(v);
    });
    until_blocked(1);
    a.send(1);  // wins; the select has not run yet
    if (has_otherwise) {
      REQUIRE(select(send(b, 2), otherwise()) == 1);
      REQUIRE(*seen.recv() == 1);
    } else {
      heddle::go([=] { seen.send(*b.recv()); });
      REQUIRE(select(send(b, 2)) == 0);
      REQUIRE(*seen.recv() + *seen.recv() == 3);
    }
  });
}

TEST_CASE("select chooses fairly among cases that are ready") {
  in_performance_mode([] {
    constexpr int rounds = 4000;
    std::array<heddle::chan<int>, 4> c;
    std::array<int, 4> times{};
    for (auto& one : c) one = make_chan<int>(1);
    for (int i = 0; i < rounds; ++i) {
      for (auto& one : c) select(send(one, 1), otherwise());
      ++times[static_cast<std::size_t>(select(recv(c[0]), recv(c[1]), recv(c[2]), recv(c[3])))];
    }
    // 1000 each are expected, with a deviation of 27: bounds that are met for practical purposes.
    for (int n : times) {
      REQUIRE(n > rounds / 8);
      REQUIRE(n < rounds * 3 / 8);
    }
  });
}

TEST_CASE("select moves move-only values") {
  in_both_modes([] {
    const auto c = make_chan<std::unique_ptr<int>>();
    heddle::go([=] { select(send(c, std::make_unique<int>(1))); });
    std::unique_ptr<int> got;
    select(recv(c, got));
    check(*got == 1);
  });
}

TEST_CASE("a run-time list of cases selects as the fixed form does") {
  const int ready = GENERATE(0, 1, 2, -1);
  in_both_modes([=] {
    heddle::select_list cases;
    std::array<int, 3> got{};
    for (int i = 0; i < 3; ++i) {
      const auto c = make_chan<int>(1);
      if (i == ready) c.send(9);
      cases.add(recv(c, got[static_cast<std::size_t>(i)]));
    }
    cases.add(otherwise());
    check(cases.size() == 4);
    check(cases.run() == (ready < 0 ? 3 : ready));
    if (ready >= 0) check(got[static_cast<std::size_t>(ready)] == 9);
  });
}

TEST_CASE("a run-time list with two otherwise cases panics") {
  in_both_modes([] {
    heddle::select_list cases;
    cases.add(otherwise()).add(otherwise());
    check(heddle::catch_panic([&] { cases.run(); }).has_value());
  });
}

TEST_CASE("a select without cases blocks for ever") {
  const bool list = GENERATE(true, false);
  const child_outcome outcome = in_child_process([=] {
    heddle::run([=] { list ? static_cast<void>(heddle::select_list().run()) : select(); });
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, Catch::Contains("all goroutines are asleep"));
}

TEST_CASE("a run-time list that runs again receives anew and leaks nothing") {
  in_both_modes([] {
    const auto c = make_chan<std::shared_ptr<int>>(1);
    const auto value = std::make_shared<int>(1);
    int got = 0;
    heddle::select_list cases;
    cases.add(recv(c, [&](std::optional<std::shared_ptr<int>> v) { got += v ? **v : 0; }));
    for (int i = 0; i < 3; ++i) {
      c.send(value);
      cases.run();
    }
    check(got == 3);
    check(value.use_count() == 1);
    c.close();
    cases.run();
    check(got == 3);
  });
}

TEST_CASE("a run-time list that runs again sends the same value") {
  in_both_modes([] {
    const auto c = make_chan<std::string>(2);
    heddle::select_list cases;
    cases.add(send(c, std::string("long enough to lie on the heap by itself")));
    for (int i = 0; i < 2; ++i) cases.run();
    check(c.recv() == c.recv());
  });
}

TEST_CASE("a run-time list that has sent what cannot be copied panics when it runs again") {
  in_both_modes([] {
    const auto owners = make_chan<std::vector<std::unique_ptr<int>>>(1);
    const auto full = make_chan<int>(1);
    heddle::select_list cases;
    cases.add(recv(full)).add(send(owners, std::vector<std::unique_ptr<int>>(3)));
    full.send(1);
    owners.send({});
    check(cases.run() == 0);
    owners.recv();
    check(cases.run() == 1);
    check(owners.recv()->size() == 3);
    check(heddle::catch_panic([&] { cases.run(); }).has_value());
  });
}

TEST_CASE("select chooses fairly among more cases than are polled at once") {
  in_performance_mode([] {
    constexpr int rounds = 13000;
    std::vector<heddle::chan<int>> c(130);
    std::vector<int> times(c.size());
    heddle::select_list cases;
    for (auto& one : c) {
      one = make_chan<int>(1);
      one.send(1);
      cases.add(recv(one));
    }
    for (int i = 0; i < rounds; ++i) {
      const auto ran = static_cast<std::size_t>(cases.run());
      ++times[ran];
      c[ran].send(1);
    }
    // 100 each are expected, with a deviation of 10: bounds that are met for practical purposes.
    for (int n : times) {
      REQUIRE(n > 30);
      REQUIRE(n < 200);
    }
  });
}
