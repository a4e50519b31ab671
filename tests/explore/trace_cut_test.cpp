// trace::cut: a trace that is cut back is the trace of the shorter execution.
#include <catch2/catch.hpp>

#include "detect/written_trace.hpp"
#include "trace.hpp"

using heddle::core::op_kind;
namespace explore = heddle::explore;

namespace {

// Main starts a and b, each of which stores twice: a, b, a, b. Decided after as many offers as
// there would be in an execution, where each announces before anybody performs.
struct two_writers {
  written_trace w;
  written_trace::actor_id a = w.goroutine("a");
  written_trace::actor_id b = w.goroutine("b");
  written_trace::object_id x = w.object("atomic");

  two_writers() {
    w.announce(a, op_kind::atomic_store, x, 0);
    w.announce(b, op_kind::atomic_store, x, 0);
    for (int round = 0; round < 2; ++round)
      for (const auto who : {a, b}) {
        explore::event& e = w.add_event(who);
        e.offers_before = static_cast<std::uint32_t>(w.t.offers.size());
        e.how.fingerprint = w.t.events.size();
        if (round == 0) w.announce(who, op_kind::atomic_store, x, 0);
      }
    w.t.actors[a].status = w.t.actors[b].status = explore::actor_status::finished;
  }
};

}  // namespace

TEST_CASE("what was performed after the cut waits again", "[explore]") {
  two_writers p;
  p.w.t.cut(2);
  CHECK(p.w.t.events.size() == 2);
  CHECK(p.w.t.pending(p.a));
  CHECK(p.w.t.pending(p.b));
  CHECK(p.w.t.positions(p.a) == 1);
  CHECK(p.w.t.positions(p.b) == 1);
  CHECK(p.w.t.fingerprint == 3);
}

TEST_CASE("what was announced after the cut is forgotten", "[explore]") {
  two_writers p;
  p.w.t.cut(1);
  CHECK(p.w.t.offers.size() == 3);
  CHECK(p.w.t.actors[p.a].announced.size() == 2);
  CHECK(p.w.t.actors[p.b].announced.size() == 1);
  CHECK(p.w.t.pending(p.b));
  CHECK(p.w.t.actors[p.b].status == explore::actor_status::pending);
}

TEST_CASE("a goroutine that was created after the cut does not exist", "[explore]") {
  two_writers p;
  p.w.t.actors[p.b].born = 1;  // after a's first store
  p.w.t.cut(0);
  CHECK(p.w.t.exists(p.a));
  CHECK_FALSE(p.w.t.exists(p.b));
  CHECK_FALSE(p.w.t.pending(p.b));
}

TEST_CASE("main that returned after the cut has not returned", "[explore]") {
  two_writers p;
  p.w.announce(explore::main_actor, op_kind::atomic_load, p.x, 0);
  explore::event& e = p.w.add_event(explore::main_actor);
  e.offers_before = static_cast<std::uint32_t>(p.w.t.offers.size());
  p.w.t.actors[explore::main_actor].status = explore::actor_status::finished;
  p.w.t.main_returned = true;
  p.w.t.cut(4);
  CHECK_FALSE(p.w.t.main_returned);
  CHECK(p.w.t.pending(explore::main_actor));
}
