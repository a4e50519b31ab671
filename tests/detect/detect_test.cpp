#include "detect.hpp"

#include <catch2/catch.hpp>

#include "written_trace.hpp"

using heddle::checker::failure;
using heddle::checker::kind;
using heddle::detect::find_failure;
using heddle::explore::ending;
using heddle::explore::main_actor;
using heddle::explore::op_kind;

TEST_CASE("an execution in which everybody ends shows nothing", "[detect]") {
  written_trace w;
  const auto other = w.goroutine();
  const auto c = w.object("channel");
  w.meets(other, main_actor, c);
  w.finishes(other);
  w.finishes(main_actor);
  CHECK(!find_failure(w.t));
  CHECK(!heddle::detect::any_blocked(w.t));
}

TEST_CASE("main blocked at the end is a deadlock and names everybody who is", "[detect]") {
  written_trace w;
  const auto reader = w.goroutine("reader");
  const auto m = w.object("mutex");
  const auto c = w.object("channel");
  w.performs(reader, op_kind::lock, m);
  w.waits(reader, op_kind::recv, c);
  w.waits(main_actor, op_kind::lock, m);
  const auto found = find_failure(w.t);
  REQUIRE(found);
  CHECK(found->what == kind::deadlock);
  CHECK(found->message == "all goroutines are asleep - deadlock! 2 goroutines are blocked");
  REQUIRE(found->goroutines.size() == 2);
  CHECK(found->goroutines[0].name == "main");
  CHECK(found->goroutines[0].state == "blocked");
  CHECK(found->goroutines[0].held_by == "reader");
  CHECK(found->goroutines[0].waits_for.starts_with("lock mutex 1 of main ("));
  CHECK(found->goroutines[1].waits_for.starts_with("receive on channel 1 of main ("));
  CHECK(found->goroutines[1].held_by.empty());
}

TEST_CASE("a goroutine blocked after main returned is leaked", "[detect]") {
  written_trace w;
  const auto sender = w.goroutine();
  w.waits(sender, op_kind::send, w.object("channel"));
  w.finishes(main_actor);
  const auto found = find_failure(w.t);
  REQUIRE(found);
  CHECK(found->what == kind::leak);
  REQUIRE(found->goroutines.size() == 1);
  CHECK(found->goroutines[0].name == "main.1");
}

TEST_CASE("who holds a lock up is told for every kind of lock", "[detect]") {
  written_trace w;
  const auto one = w.goroutine("one");
  const auto two = w.goroutine("two");
  const auto rw = w.object("rw_mutex");
  const auto g = w.object("wait_group");
  const auto o = w.object("once");
  w.performs(main_actor, op_kind::group_add, g, 2);
  w.performs(one, op_kind::read_lock, rw);
  w.performs(two, op_kind::once_begin, o);
  w.performs(two, op_kind::write_arrive, rw);
  w.waits(two, op_kind::write_lock, rw);
  w.waits(one, op_kind::once_begin, o);
  w.waits(main_actor, op_kind::group_wait, g);
  const auto found = find_failure(w.t);
  REQUIRE(found);
  REQUIRE(found->goroutines.size() == 3);
  CHECK(found->goroutines[0].held_by == "a counter of 2");
  CHECK(found->goroutines[1].held_by == "two");
  CHECK(found->goroutines[2].held_by == "one");
}

TEST_CASE("a lock held by its own waiter, or by one that has ended, is told so", "[detect]") {
  written_trace w;
  const auto gone = w.goroutine("gone");
  const auto a = w.object("mutex");
  const auto b = w.object("mutex");
  const auto self = w.goroutine("self");
  w.performs(gone, op_kind::lock, a);
  w.finishes(gone);
  w.performs(self, op_kind::lock, b);
  w.waits(self, op_kind::lock, b);
  w.waits(main_actor, op_kind::lock, a);
  const auto found = find_failure(w.t);
  REQUIRE(found);
  CHECK(found->goroutines[0].held_by == "gone, which has ended");
  CHECK(found->goroutines[1].held_by == "itself");
}

TEST_CASE("a select's cases are all named", "[detect]") {
  written_trace w;
  w.waits(main_actor, op_kind::recv, w.object("channel"));
  w.also_offers(main_actor, op_kind::nil_channel, 0);
  w.also_offers(main_actor, op_kind::send, w.object("channel"));
  const auto found = find_failure(w.t);
  REQUIRE(found);
  const std::string& words = found->goroutines[0].waits_for;
  CHECK(words.starts_with("receive on channel 1 of main ("));
  CHECK(words.find(", or send on channel 2 of main (") != std::string::npos);
  CHECK(words.find("nil") == std::string::npos);
}

TEST_CASE("notes come before what the end shows, the first one first", "[detect]") {
  written_trace w;
  const auto other = w.goroutine();
  w.waits(other, op_kind::send, w.object("channel"));
  SECTION("a panic that nobody caught") {
    w.notes(main_actor, heddle::panic_kind::panic, true, "close of closed channel");
    const auto found = find_failure(w.t);
    REQUIRE(found);
    CHECK(found->what == kind::panic);
    CHECK(found->message == "panic: close of closed channel");
    CHECK(found->goroutines.at(0).state == "panicked");
  }
  SECTION("a failed check, swallowed or not") {
    w.notes(other, heddle::panic_kind::assertion, false, "sum is 3");
    w.notes(main_actor, heddle::panic_kind::panic, true, "later");
    const auto found = find_failure(w.t);
    REQUIRE(found);
    CHECK(found->what == kind::assertion);
    CHECK(found->message == "check failed: sum is 3");
  }
  SECTION("misuse") {
    w.notes(other, heddle::panic_kind::misuse, true, "reused");
    CHECK(find_failure(w.t)->what == kind::misuse);
  }
}

TEST_CASE("who waits for a ticker, or for one who does, is alive and not leaked", "[detect]") {
  written_trace w;
  const auto loop = w.goroutine("loop");
  const auto sink = w.goroutine("sink");
  const auto lost = w.goroutine("lost");
  const auto ticks = w.object("channel");
  const auto out = w.object("channel");
  const auto nobody = w.object("channel");
  const auto timer = w.object("timer");
  w.performs(loop, op_kind::timer_arm, timer, 5);
  w.t.events.back().op.second = ticks;
  w.t.events.back().op.extra = 5;
  w.meets(loop, sink, out);
  w.waits(loop, op_kind::recv, ticks);
  w.waits(sink, op_kind::recv, out);
  w.finishes(main_actor);
  w.finishes(lost);
  CHECK(!find_failure(w.t));
  CHECK(heddle::detect::alive_after_main(w.t) == std::vector<std::string>{"loop", "sink"});
  w.t.actors[lost].status = heddle::explore::actor_status::pending;
  w.waits(lost, op_kind::recv, nobody);
  const auto found = find_failure(w.t);
  REQUIRE(found);
  REQUIRE(found->goroutines.size() == 1);
  CHECK(found->goroutines[0].name == "lost");
}

TEST_CASE("a cut is a livelock only before main has returned", "[detect]") {
  written_trace w;
  const auto x = w.object("atomic");
  for (int i = 0; i < 10; ++i) w.performs(main_actor, op_kind::atomic_load, x);
  w.waits(main_actor, op_kind::atomic_load, x);
  w.t.ended = ending::cut;
  CHECK(find_failure(w.t)->what == kind::livelock);
  CHECK(find_failure(w.t)->goroutines.at(0).state == "runnable");
  w.t.main_returned = true;
  CHECK(!find_failure(w.t));
}

TEST_CASE("an execution that was given up shows nothing", "[detect]") {
  written_trace w;
  w.waits(main_actor, op_kind::recv, w.object("channel"));
  w.t.ended = ending::abandoned;
  CHECK(!find_failure(w.t));
}

TEST_CASE("a signature does not depend on the order of events", "[detect]") {
  const auto blocked = [](bool swapped) {
    written_trace w;
    const auto one = w.goroutine("one");
    const auto two = w.goroutine("two");
    const auto m = w.object("mutex");
    const auto c = w.object("channel");
    w.performs(swapped ? two : one, op_kind::lock, m);
    w.performs(swapped ? two : one, op_kind::unlock, m);
    w.waits(one, op_kind::send, c);
    w.waits(two, op_kind::send, c);
    w.finishes(main_actor);
    return heddle::detect::signature(*find_failure(w.t));
  };
  CHECK(blocked(false) == blocked(true));
}

TEST_CASE("the story has a line per event, partners and panics included", "[detect]") {
  written_trace w;
  const auto sender = w.goroutine("sender");
  w.meets(sender, main_actor, w.object("channel"));
  w.performs(main_actor, op_kind::choose, 0, 3);
  w.t.events.back().what.branch = 2;
  w.notes(main_actor, heddle::panic_kind::panic, true, "no");
  const auto lines = heddle::detect::story(w.t);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].who == "sender");
  CHECK(lines[0].what == "send on channel 1 of main");
  CHECK(lines[0].partner == "main");
  CHECK(lines[1].what == "choose 2 of 3");
  CHECK(lines[2].what == "panic: no");
}
