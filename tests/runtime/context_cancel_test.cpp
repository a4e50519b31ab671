// Cancellations of one tree of contexts that meet.
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "both_modes.hpp"
#include "heddle/context.hpp"
#include "heddle/go.hpp"
#include "heddle/sync.hpp"

using namespace std::chrono_literals;
using heddle::check;
using heddle::context;
using heddle::context_with_cancel;
using heddle::error;

TEST_CASE("of two cancellations at once each has cancelled all below when it returns") {
  in_both_modes([] {
    auto [parent, cancel] = context::with_cancel(context::background());
    const context child = context::with_cancel(parent).ctx;
    const context below = context::with_cancel(child).ctx;
    heddle::go([cancel = cancel] { cancel(); });
    cancel();
    check(bool(child.err()) && bool(below.err()), "cancel returned before it was through");
  });
}

TEST_CASE("a cancellation that meets its child's has cancelled all below when it returns") {
  in_both_modes([] {
    const error left("left");
    auto [parent, cancel] = context::with_cancel(context::background());
    auto [child, cancel_child] = context::with_cancel_cause(parent);
    const context below = context::with_cancel(child).ctx;
    heddle::go([cancel_child = cancel_child, left] { cancel_child(left); });
    cancel();
    check(bool(below.err()), "cancel returned before it was through");
    check(below.cause() == child.cause());
  });
}

TEST_CASE("a cancellation that meets a deadline has cancelled all below when it returns") {
  in_both_modes([] {
    auto [ctx, cancel] = context::with_timeout(context::background(), 1ms);
    const context child = context::with_cancel(ctx).ctx;
    cancel();
    check(bool(child.err()) && child.err() == ctx.err());
  });
}

TEST_CASE("cancelling again, also from what a cancellation starts, comes to an end") {
  in_both_modes([] {
    auto [parent, cancel] = context::with_cancel(context::background());
    auto [child, cancel_child] = context::with_cancel(parent);
    const context below = context::with_cancel(child).ctx;
    heddle::wait_group started;
    started.add(1);
    context::after_func(child, [&, cancel = cancel] {
      cancel();
      check(bool(below.err()));
      started.done();
    });
    cancel_child();
    cancel();
    cancel();
    check(bool(below.err()));
    started.wait();
  });
}

TEST_CASE("cancelling a tree twice in a row is one trace") {
  const heddle::checker::result r = heddle::checker::check([] {
    auto [parent, cancel] = context::with_cancel(context::background());
    const context left = context::with_cancel(parent).ctx;
    const context right = context::with_cancel(parent).ctx;
    cancel();
    heddle::go([ctx = left] { ctx.err(); });
    cancel();
    right.err();
  });
  REQUIRE(r.explored == 1);
}

namespace {

struct small_tree {
  context_with_cancel root = context::with_cancel(context::background());
  std::vector<context_with_cancel> below;

  explicit small_tree(int levels) { grow(root.ctx, levels); }
  void grow(const context& parent, int levels) {
    for (int i = 0; levels > 0 && i < 3; ++i) {
      below.push_back(context::with_cancel(parent));
      grow(context(below.back().ctx), levels - 1);
    }
  }
};

}  // namespace

TEST_CASE("whoever cancels a tree in which others cancel finds all of it cancelled") {
  in_performance_mode(
      [] {
        for (int round = 0; round < 500; ++round) {
          const auto tree = std::make_shared<const small_tree>(3);
          heddle::wait_group all;
          for (int i = 0; i < 3; ++i)
            all.go([tree, at = static_cast<std::size_t>(round + 13 * i) % tree->below.size()] {
              tree->below[at].cancel();
            });
          for (int i = 0; i < 3; ++i)
            all.go([tree] {
              tree->root.cancel();
              for (const auto& one : tree->below) check(bool(one.ctx.err()));
            });
          all.wait();
        }
      },
      {.procs = 4});
}
