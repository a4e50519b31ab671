// Channels, by https://go.dev/ref/spec#Channel_types and #Send_statements.
#include "heddle/chan.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "both_modes.hpp"
#include "child_process.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"

using heddle::check;
using heddle::make_chan;

TEST_CASE("an unbuffered send completes only when it is received") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    const auto sent = make_chan<bool>();
    heddle::go([=] {
      c.send(1);
      sent.send(true);
    });
    check(heddle::select(heddle::recv(sent), heddle::otherwise()) == 1);
    check(*c.recv() == 1);
    check(*sent.recv());
  });
}

TEST_CASE("values are received in the order in which they were sent") {
  const auto capacity = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{3});
  in_both_modes([=] {
    const auto c = make_chan<int>(capacity);
    heddle::go([=] {
      for (int i = 0; i < 5; ++i) c.send(i);
    });
    for (int i = 0; i < 5; ++i) check(*c.recv() == i);
  });
}

TEST_CASE("a buffered channel takes as many values as its capacity without a receiver") {
  in_both_modes([] {
    const auto c = make_chan<int>(2);
    check(c.cap() == 2 && c.len() == 0);
    c.send(1);
    c.send(2);
    check(c.len() == 2);
    check(heddle::select(heddle::send(c, 3), heddle::otherwise()) == 1);
  });
}

TEST_CASE("a closed channel drains before it reports closed") {
  in_both_modes([] {
    const auto c = make_chan<int>(2);
    c.send(1);
    c.send(2);
    c.close();
    check(c.recv() == 1);
    check(c.recv() == 2);
    check(!c.recv().has_value());
    check(!c.recv().has_value());
  });
}

TEST_CASE("close wakes the receivers that wait") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    const auto empty = make_chan<bool>(2);
    for (int i = 0; i < 2; ++i) heddle::go([=] { empty.send(!c.recv().has_value()); });
    c.close();
    check(*empty.recv());
    check(*empty.recv());
  });
}

TEST_CASE("close makes the senders that wait panic") {
  in_performance_mode([] {
    const auto c = make_chan<int>();
    const auto message = make_chan<std::string>();
    heddle::go([=] {
      const auto p = heddle::catch_panic([&] { c.send(1); });
      message.send(p ? p->what() : "");
    });
    until_blocked(1);  // the sender waits now
    c.close();
    REQUIRE(*message.recv() == "send on closed channel");
  });
}

TEST_CASE("range-for receives until the channel is closed and drained") {
  const auto capacity = GENERATE(std::size_t{0}, std::size_t{2});
  in_both_modes([=] {
    const auto c = make_chan<int>(capacity);
    heddle::go([=] {
      for (int i = 1; i <= 3; ++i) c.send(i);
      c.close();
    });
    int sum = 0;
    for (int v : c) sum += v;
    check(sum == 6);
  });
}

TEST_CASE("range-for over a closed channel runs no step") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    c.close();
    for (int v : c) check(false, std::to_string(v));
  });
}

TEST_CASE("a send and a receive on the nil channel are never ready") {
  in_both_modes([] {
    const heddle::chan<int> nil;
    check(!nil && nil.len() == 0 && nil.cap() == 0);
    check(heddle::select(heddle::recv(nil), heddle::send(nil, 1), heddle::otherwise()) == 2);
  });
}

TEST_CASE("a send and a receive on the nil channel block for ever") {
  const bool sends = GENERATE(true, false);
  const child_outcome outcome = in_child_process([=] {
    heddle::run([=] {
      const heddle::chan<int> nil;
      sends ? nil.send(1) : static_cast<void>(nil.recv());
    });
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors, Catch::Contains("waits to use a nil channel"));
}

TEST_CASE("move-only values pass through channels") {
  const auto capacity = GENERATE(std::size_t{0}, std::size_t{1});
  in_both_modes([=] {
    const auto c = make_chan<std::unique_ptr<int>>(capacity);
    heddle::go([=] {
      c.send(std::make_unique<int>(1));
      heddle::select(heddle::send(c, std::make_unique<int>(2)));
      c.close();
    });
    int sum = 0;
    for (std::unique_ptr<int> p : c) sum += *p;
    check(sum == 3);
  });
}

TEST_CASE("a value needs only a move constructor") {
  struct only_moves {
    explicit only_moves(int n) : n(n) {}
    only_moves(only_moves&&) = default;
    only_moves& operator=(only_moves&&) = delete;
    int n;
  };
  in_both_modes([] {
    const auto c = make_chan<only_moves>(1);
    c.send(only_moves(1));
    check(c.recv()->n == 1);
    c.send(only_moves(2));
    c.close();
    int sum = 0;
    for (only_moves v : c) sum += v.n;
    check(sum == 2);
  });
}

TEST_CASE("the last handle destroys the values that nobody received") {
  in_both_modes([] {
    const auto value = std::make_shared<int>(1);
    {
      const auto c = make_chan<std::shared_ptr<int>>(2);
      c.send(value);
      c.send(value);
      c.recv();
      check(value.use_count() == 2);
    }
    check(value.use_count() == 1);
  });
}

TEST_CASE("a channel converts to its directions") {
  in_both_modes([] {
    const auto c = make_chan<int>(1);
    const heddle::send_chan<int> in = c;
    const heddle::recv_chan<int> out = c;
    in.send(4);
    check(in.len() == 1 && out.len() == 1 && in.cap() == 1 && out.cap() == 1);
    check(out.recv() == 4);
    in.close();
    for (int v : out) check(false, std::to_string(v));
  });
}

TEST_CASE("handles are equal when they refer to the same channel") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    const auto same = c;
    check(same == c);
    check(!(c == make_chan<int>()));
    check(heddle::chan<int>() == heddle::chan<int>());
  });
}

TEST_CASE("senders that wait are served in the order of their arrival") {
  in_performance_mode([] {
    const auto c = make_chan<int>();
    for (int i = 0; i < 4; ++i) heddle::go([=] { c.send(i); });
    heddle::yield();
    for (int i = 0; i < 4; ++i) REQUIRE(c.recv() == i);
  }, in_order());
}

TEST_CASE("a receive from a full buffer lets the first waiting sender in") {
  in_performance_mode([] {
    const auto c = make_chan<int>(1);
    heddle::go([=] {
      for (int i = 0; i < 3; ++i) c.send(i);
    });
    until_blocked(1);
    REQUIRE(c.recv() == 0);
    REQUIRE(c.len() == 1);
    REQUIRE(c.recv() == 1);
    REQUIRE(c.recv() == 2);
  });
}

TEST_CASE("each value goes to one receiver") {
  in_both_modes([] {
    const auto c = make_chan<int>();
    const auto seen = make_chan<int>(2);
    for (int i = 0; i < 2; ++i) heddle::go([=] { seen.send(*c.recv()); });
    c.send(1);
    c.send(2);
    check(*seen.recv() + *seen.recv() == 3);
  });
}
