// Contexts, by https://pkg.go.dev/context.
#include "heddle/context.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "both_modes.hpp"
#include "heddle/go.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"

using namespace std::chrono_literals;
using heddle::check;
using heddle::context;
using heddle::error;

namespace {

const heddle::checker::options idle_time = [] {
  heddle::checker::options how;
  how.idle_time = true;
  return how;
}();

bool is_done(const context& ctx) {
  return heddle::select(heddle::recv(ctx.done()), heddle::otherwise()) == 0;
}

}  // namespace

TEST_CASE("the background is never cancelled and has neither deadline nor values") {
  in_both_modes([] {
    const heddle::context_key<int> key;
    const context ctx = context::background();
    check(!ctx.done());
    check(!ctx.err() && !ctx.cause());
    check(!ctx.deadline());
    check(ctx.value(key) == nullptr);
  });
}

TEST_CASE("cancel closes done, and the error is canceled from then on") {
  in_both_modes([] {
    auto [ctx, cancel] = context::with_cancel(context::background());
    check(!is_done(ctx) && !ctx.err() && !ctx.cause());
    cancel();
    check(is_done(ctx));
    check(ctx.err() == context::canceled && ctx.cause() == context::canceled);
    cancel();
    check(ctx.err() == context::canceled);
  });
}

TEST_CASE("cancelling a parent has cancelled all below it when it returns") {
  in_both_modes([] {
    auto [parent, cancel] = context::with_cancel(context::background());
    const context first = context::with_cancel(parent).ctx;
    const context second = context::with_cancel(parent).ctx;
    const context below = context::with_cancel(second).ctx;
    cancel();
    for (const context& ctx : {first, second, below}) check(ctx.err() == context::canceled);
  });
}

TEST_CASE("cancelling a child leaves its parent and its siblings alone") {
  in_both_modes([] {
    const context parent = context::with_cancel(context::background()).ctx;
    const context sibling = context::with_cancel(parent).ctx;
    auto [child, cancel] = context::with_cancel(parent);
    cancel();
    check(child.err() == context::canceled);
    check(!parent.err() && !sibling.err());
  });
}

TEST_CASE("a child of a cancelled parent is born cancelled, with the parent's cause") {
  in_both_modes([] {
    const error reason("shutting down");
    auto [parent, cancel] = context::with_cancel_cause(context::background());
    cancel(reason);
    const context child = context::with_cancel(parent).ctx;
    check(is_done(child));
    check(child.err() == context::canceled && child.cause() == reason);
  });
}

TEST_CASE("a child that is being made while its parent is cancelled does not escape") {
  in_both_modes([] {
    auto [parent, cancel] = context::with_cancel(context::background());
    const auto child = heddle::make_chan<context>(1);
    heddle::go([child, parent = parent] { child.send(context::with_cancel(parent).ctx); });
    cancel();
    child.recv()->done().recv();
  });
}

TEST_CASE("a cause is inherited, and one that is nil stands for canceled") {
  in_both_modes([] {
    const error reason("shutting down");
    auto [ctx, cancel] = context::with_cancel_cause(context::background());
    const context child = context::with_cancel(ctx).ctx;
    cancel(reason);
    check(ctx.err() == context::canceled && ctx.cause() == reason);
    check(child.err() == context::canceled && child.cause() == reason);
    auto [other, cancel_other] = context::with_cancel_cause(context::background());
    cancel_other(error());
    check(other.cause() == context::canceled);
  });
}

TEST_CASE("of two cancellations at once the first gives the cause, to everybody") {
  in_both_modes([] {
    const error left("left");
    const error right("right");
    auto [ctx, cancel] = context::with_cancel_cause(context::background());
    const context child = context::with_cancel(ctx).ctx;
    heddle::wait_group both;
    both.go([&, cancel = cancel] { cancel(left); });
    both.go([&, cancel = cancel] { cancel(right); });
    both.wait();
    const error cause = ctx.cause();
    check(cause == left || cause == right);
    check(child.cause() == cause);
  });
}

TEST_CASE("children that several goroutines make are all cancelled") {
  in_both_modes([] {
    auto [parent, cancel] = context::with_cancel(context::background());
    heddle::wait_group workers;
    for (int i = 0; i < 2; ++i) {
      workers.go([parent = parent] {
        auto [mine, release] = context::with_cancel(parent);
        mine.done().recv();
        check(mine.err() == context::canceled);
        release();
      });
    }
    cancel();
    workers.wait();
  });
}

TEST_CASE("a goroutine that waits for done is released by a cancellation") {
  in_both_modes([] {
    auto [ctx, cancel] = context::with_cancel(context::background());
    const auto ended = heddle::make_chan<error>();
    heddle::go([ended, ctx = ctx] {
      ctx.done().recv();
      ended.send(ctx.err());
    });
    cancel();
    check(*ended.recv() == context::canceled);
  });
}

TEST_CASE("a timeout cancels with deadline_exceeded, and not before its deadline") {
  in_both_modes([] {
    auto [ctx, cancel] = context::with_timeout(context::background(), 1ms);
    ctx.done().recv();
    check(ctx.err() == context::deadline_exceeded && ctx.cause() == context::deadline_exceeded);
    check(heddle::now() >= *ctx.deadline());
    cancel();
    check(ctx.err() == context::deadline_exceeded);
  });
}

TEST_CASE("a cancellation and a timeout at once leave exactly one of their errors") {
  in_both_modes([] {
    auto [ctx, cancel] = context::with_timeout(context::background(), 1ms);
    cancel();
    const error found = ctx.err();
    check(found == context::canceled || found == context::deadline_exceeded);
    check(ctx.err() == found && ctx.cause() == found);
  });
}

TEST_CASE("cancel stops the timer of a timeout") {
  in_both_modes(
      [] {
        auto [ctx, cancel] = context::with_timeout(context::background(), 1h);
        const heddle::time_point before = heddle::now();
        cancel();
        heddle::sleep_for(1ms);
        check(ctx.err() == context::canceled);
        check(heddle::now() - before < 1h);
      },
      idle_time);
}

TEST_CASE("a parent's cancellation reaches a child with a timeout") {
  in_both_modes(
      [] {
        auto [parent, cancel] = context::with_cancel(context::background());
        const context child = context::with_timeout(parent, 1h).ctx;
        cancel();
        check(child.err() == context::canceled);
      },
      idle_time);
}

TEST_CASE("a deadline that has passed cancels at once") {
  in_both_modes([] {
    const context late = context::with_deadline(context::background(), heddle::now() - 1s).ctx;
    check(late.err() == context::deadline_exceeded);
    check(context::with_timeout(context::background(), 0s).ctx.err() == context::deadline_exceeded);
  });
}

TEST_CASE("a deadline later than the parent's keeps the parent's") {
  in_both_modes([] {
    auto [parent, cancel_parent] = context::with_timeout(context::background(), 1ms);
    auto [child, cancel_child] = context::with_timeout(parent, 1h);
    check(child.deadline() == parent.deadline());
    child.done().recv();
    check(child.err() == context::deadline_exceeded);
  });
}

TEST_CASE("a deadline's cause is told when it comes and not when it is cancelled") {
  in_both_modes(
      [] {
        const error slow("too slow");
        const context ctx = context::with_timeout_cause(context::background(), 1ms, slow).ctx;
        ctx.done().recv();
        check(ctx.err() == context::deadline_exceeded && ctx.cause() == slow);
        auto [other, cancel] = context::with_timeout_cause(context::background(), 1h, slow);
        cancel();
        check(other.cause() == context::canceled);
      },
      idle_time);
}

TEST_CASE("an endless timeout does not overflow into the past") {
  in_both_modes(
      [] {
        auto [ctx, cancel] = context::with_timeout(context::background(), heddle::duration::max());
        check(!ctx.err());
        check(*ctx.deadline() > heddle::now());
        cancel();
        check(ctx.err() == context::canceled);
      },
      idle_time);
}

TEST_CASE("a value is found by its key, the nearest first") {
  in_both_modes([] {
    const heddle::context_key<std::string> user;
    const heddle::context_key<std::string> place;
    const context outer = context::with_value(context::background(), user, "ada");
    const context middle = context::with_cancel(outer).ctx;
    const context inner = context::with_value(middle, user, "grace");
    check(*middle.value(user) == "ada");
    check(*inner.value(user) == "grace");
    check(inner.value(place) == nullptr);
  });
}

TEST_CASE("a context with a value is cancelled with its parent") {
  in_both_modes([] {
    const heddle::context_key<int> key;
    auto [parent, cancel] = context::with_cancel(context::background());
    const context child = context::with_value(parent, key, 1);
    cancel();
    check(child.err() == context::canceled);
  });
}

TEST_CASE("without_cancel keeps the values and nothing else") {
  in_both_modes(
      [] {
        const heddle::context_key<int> key;
        auto [parent, cancel] = context::with_timeout(context::background(), 1h);
        const context ctx = context::without_cancel(context::with_value(parent, key, 7));
        cancel();
        check(!ctx.done() && !ctx.err() && !ctx.deadline());
        check(*ctx.value(key) == 7);
      },
      idle_time);
}

TEST_CASE("an after_func runs once its context is cancelled") {
  in_both_modes([] {
    auto [ctx, cancel] = context::with_cancel(context::background());
    const auto ran = heddle::make_chan<bool>(1);
    const heddle::stop_function stop = context::after_func(ctx, [ran] { ran.send(true); });
    check(ran.len() == 0);
    cancel();
    check(*ran.recv());
    check(!stop());
  });
}

TEST_CASE("an after_func of a cancelled context runs at once") {
  in_both_modes([] {
    auto [ctx, cancel] = context::with_cancel(context::background());
    cancel();
    const auto ran = heddle::make_chan<bool>();
    context::after_func(ctx, [ran] { ran.send(true); });
    check(*ran.recv());
  });
}

TEST_CASE("an after_func that was stopped never runs") {
  in_both_modes([] {
    auto [ctx, cancel] = context::with_cancel(context::background());
    const heddle::stop_function stop =
        context::after_func(ctx, [] { check(false, "it was stopped"); });
    check(stop());
    check(!stop());
    cancel();
    check(context::after_func(context::background(), [] {})());
  });
}

TEST_CASE("stopping an after_func tells the truth when it meets the cancellation") {
  in_both_modes([] {
    auto [ctx, cancel] = context::with_cancel(context::background());
    const auto ran = heddle::make_chan<bool>(1);
    const heddle::stop_function stop = context::after_func(ctx, [ran] { ran.send(true); });
    heddle::go([cancel = cancel] { cancel(); });
    if (!stop()) check(*ran.recv());
  });
}

TEST_CASE("a deadline as long ago as can be told has passed") {
  in_both_modes([] {
    for (const auto when : {heddle::time_point::min(), heddle::time_point::min() + 1ns}) {
      const context ctx = context::with_deadline(context::background(), when).ctx;
      check(ctx.err() == context::deadline_exceeded);
    }
    heddle::sleep_until(heddle::time_point::min());
  });
}

TEST_CASE("a tree of contexts may be deeper than a stack") {
  const bool is_cancelled = GENERATE(true, false);
  in_performance_mode([=] {
    const heddle::context_key<int> key;
    auto [root, cancel] = context::with_cancel(context::background());
    context last = root;
    for (int i = 0; i < 20000; ++i)
      last = context::with_value(context::with_cancel(last).ctx, key, i);
    if (is_cancelled) cancel();
    check(bool(last.err()) == is_cancelled);
    last = context();
  });
}

TEST_CASE("children that are cancelled in any order leave their siblings listed") {
  in_performance_mode([] {
    auto [parent, cancel] = context::with_cancel(context::background());
    std::vector<heddle::context_with_cancel> children;
    for (int i = 0; i < 7; ++i) children.push_back(context::with_cancel(parent));
    for (const std::size_t i : {6U, 0U, 3U, 5U}) children[i].cancel();
    for (const std::size_t i : {1U, 2U, 4U}) check(!children[i].ctx.err());
    cancel();
    for (const auto& child : children) check(child.ctx.err() == context::canceled);
  });
}
