// Cancellation flows down a tree of contexts, and never up or across.
#include "heddle/context.hpp"
#include "heddle/error.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

namespace {

void watch(heddle::wait_group& wg, const char* name, const heddle::context& ctx) {
  wg.add(1);
  heddle::go(heddle::named(name), [&wg, ctx] {
    ctx.done().recv();
    heddle::check(ctx.err() == heddle::context::canceled, "done means cancelled");
    wg.done();
  });
}

// root -- left -- leaf
//      \- right
void cancel_a_part() {
  auto [root, cancel_root] = heddle::context::with_cancel(heddle::context::background());
  auto [left, cancel_left] = heddle::context::with_cancel(root);
  auto [leaf, cancel_leaf] = heddle::context::with_cancel(left);
  auto [right, cancel_right] = heddle::context::with_cancel(root);
  heddle::wait_group below, others;
  watch(below, "left", left);
  watch(below, "leaf", leaf);
  watch(others, "right", right);
  cancel_left();
  heddle::check(leaf.err() == heddle::context::canceled, "cancel reaches below before it returns");
  heddle::check(!root.err() && !right.err(), "it reaches neither up nor across");
  below.wait();
  cancel_root();
  others.wait();
}

const heddle::model tree{
    "classic/context_tree", heddle::expected::verified,
    "A branch is cancelled, then the root. Those who wait on a context wake when it or an ancestor "
    "is cancelled, and for nothing else.",
    cancel_a_part};

const heddle::model forgotten{
    "classic/context_forgotten", heddle::expected::leak,
    "Main returns without calling cancel. Whoever waits for the cancellation waits for ever.", [] {
      auto [ctx, cancel] = heddle::context::with_cancel(heddle::context::background());
      heddle::go(heddle::named("watcher"), [ctx = ctx] { ctx.done().recv(); });
    }};

const heddle::model racing{
    "classic/context_two_cancels", heddle::expected::verified,
    "Parent and child are cancelled by two goroutines at once. The child is cancelled once, and "
    "both calls return.",
    [] {
      auto [parent, cancel_parent] = heddle::context::with_cancel(heddle::context::background());
      auto [child, cancel_child] = heddle::context::with_cancel(parent);
      heddle::go(heddle::named("canceller"), [cancel = cancel_parent] { cancel(); });
      cancel_child();
      heddle::check(child.err() == heddle::context::canceled, "the child is cancelled");
      parent.done().recv();
    }};

}  // namespace
