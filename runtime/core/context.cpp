// Contexts are two structures. Frames are immutable and point up: to the parent's frame, for
// values, and to the frame's own cancel node. Cancel nodes point down, to the nodes that are
// cancelled with them. Nothing points both ways, so that contexts are freed even if nobody ever
// cancels them: the timer of a deadline holds a node, never the target that holds the timer.
//
// Invariants:
// 1. Closing `done` is the one visible event of a cancellation. In exploration mode the reason is
//    set in the same step; in performance mode before it. Whoever finds it closed finds the reason.
// 2. A node's fields are guarded by its own plain mutex, held across no operation and together with
//    no other; its place among the parent's children by the parent's.
// 3. Between goroutines nothing here depends on the order of independent operations: while
//    exploring, cancelled children stay listed (a removal would be an unseen write to the parent),
//    and children are cancelled in the order of their names, not of registration.
// 4. A tree may be deeper than a stack: nothing that goes down or up it is recursive.
// 5. Once a node is cancelled no child is added to it, and a child is taken off only after all below
//    it are cancelled. Who finds a node cancelled by another waits for `done` of those listed below;
//    who is to close one of them can itself wait only further down.
#include "heddle/context.hpp"

#include <algorithm>
#include <mutex>
#include <ranges>
#include <vector>

#include "channel.hpp"
#include "mode.hpp"
#include "heddle/go.hpp"

namespace heddle {

namespace detail {

struct cancel_node {
  cancel_node(const cancel_handle& above, place at);
  cancel_node(const cancel_node&) = delete;
  cancel_node& operator=(const cancel_node&) = delete;
  ~cancel_node();
  channel& closes() const { return *done.handle().get(); }

  const chan<std::monostate> done;
  const std::weak_ptr<cancel_node> parent;
  std::mutex guard;
  bool cancelled = false;
  error err;
  error cause;
  std::function<void()> then;  // started on cancellation: after_func's
  std::vector<cancel_handle> children;
  std::size_t place_at_parent = 0;  // children[place_at_parent] of the parent, while listed there
};

// A node with the timer that has to be stopped when it is cancelled.
struct cancel_target {
  std::shared_ptr<cancel_node> node;
  std::optional<timer> deadline_timer;
};

struct context_frame {
  ~context_frame();

  std::shared_ptr<const context_frame> parent;
  cancel_handle target;  // its own or an ancestor's; null: never cancelled
  std::optional<time_point> deadline;
  const void* key = nullptr;
  std::shared_ptr<const void> value;
};

cancel_node::cancel_node(const cancel_handle& above, place at)
    : done(make_chan<std::monostate>(0, at)), parent(above == nullptr ? nullptr : above->node) {}

namespace {

// Puts handles on a stack of what is to be done, the first on top.
template <class Entry>
void push_all(std::vector<Entry>& stack, std::vector<cancel_handle>&& handles) {
  for (cancel_handle& one : handles | std::views::reverse) stack.push_back({std::move(one)});
}

// What would be destroyed with the handle's target: nothing where it has another owner. (One that
// is just going may make this the last: then the target takes care of it by itself.)
std::vector<cancel_handle> children_to_destroy(const cancel_handle& dropped) {
  if (dropped.use_count() != 1 || dropped->node.use_count() != 1) return {};
  const std::lock_guard hold(dropped->node->guard);  // a child may be about to detach itself
  return std::exchange(dropped->node->children, {});
}

}  // namespace

// The children first, each after its own, as destructors would do it by themselves.
cancel_node::~cancel_node() {
  std::vector<cancel_handle> dropped;
  push_all(dropped, std::move(children));
  while (!dropped.empty()) {
    std::vector<cancel_handle> below = children_to_destroy(dropped.back());
    if (below.empty())
      dropped.pop_back();
    else
      push_all(dropped, std::move(below));
  }
}

// Goes up for as long as a frame is the last to hold the one above. That one's own pointer is left
// in place, so nothing is written that another owner may have read.
context_frame::~context_frame() {
  value.reset();
  target.reset();
  while (parent.use_count() == 1) {
    std::shared_ptr<const context_frame> next = parent->parent;
    parent = std::move(next);
  }
}

namespace {

struct reason {
  error err;
  error cause;
};

// As good as for ever, and far from where deadlines would overflow into the past.
constexpr duration longest_timeout = duration::max() / 4;

// The order in which children are cancelled while exploring: registrations commute, so it must not
// be theirs.
std::uint64_t order_of(const cancel_handle& target, place at) {
  const core::operation closing = describe(target->node->closes(), core::op_kind::try_close, at);
  return core::current_engine().order_of(closing.object);
}

// Cancels the node alone. Returns true to the one caller that did, who goes on with what is left to
// do: the children, and `then`.
bool claim(cancel_node& node, const reason& why, std::function<void()>& then, place at) {
  if (exploring && !channel_try_close(node.closes(), at)) return false;
  bool first = false;
  {
    std::lock_guard hold(node.guard);
    first = !std::exchange(node.cancelled, true);
    if (first) {
      node.err = why.err;
      node.cause = why.cause;
      then.swap(node.then);
    }
  }
  // Also for the caller who came second: done is closed when its cancel returns.
  if (!exploring) channel_try_close(node.closes(), at);
  return first;
}

void detach(const cancel_node& child) {
  const std::shared_ptr<cancel_node> parent = child.parent.lock();
  if (exploring || parent == nullptr) return;
  cancel_handle removed;  // destroyed after the lock is released
  std::lock_guard hold(parent->guard);
  std::vector<cancel_handle>& siblings = parent->children;
  const std::size_t i = child.place_at_parent;
  if (i >= siblings.size() || siblings[i]->node.get() != &child) return;  // not listed, or no more
  removed.swap(siblings[i]);
  if (i + 1 < siblings.size()) {
    siblings[i].swap(siblings.back());
    siblings[i]->node->place_at_parent = i;
  }
  siblings.pop_back();
}

// The children of a cancelled node, in the order in which they are to be cancelled.
std::vector<cancel_handle> children_of(cancel_node& node, place at) {
  std::vector<cancel_handle> children;
  {
    const std::lock_guard hold(node.guard);
    children = node.children;
  }
  if (exploring)
    std::ranges::stable_sort(children, {}, [&](const cancel_handle& c) { return order_of(c, at); });
  return children;
}

// Cancels the node without those below it, which are returned. Nothing: the node had been cancelled
// before.
std::optional<std::vector<cancel_handle>> cancel_alone(cancel_node& node, const reason& why,
                                                       place at) {
  std::function<void()> then;
  if (!claim(node, why, then, at)) return std::nullopt;
  if (then) detail::spawn_bound(at, std::move(then));
  return children_of(node, at);
}

// Waits until whoever cancelled the node has cancelled all below it.
void await_all_below(cancel_node& node, place at) {
  std::vector<cancel_handle> left;
  push_all(left, children_of(node, at));
  while (!left.empty()) {
    const cancel_handle next = std::move(left.back());
    left.pop_back();
    next->node->done.recv(at);
    push_all(left, children_of(*next->node, at));
  }
}

// Cancels the node and all below it, depth first. Says whether the node had not been cancelled
// before: if it had been, those below it may be still to come.
bool cancel(cancel_node& node, const reason& why, place at) {
  struct step {
    cancel_handle target;
    bool went_down = false;  // it is cancelled, and all below it when it is on top again
  };
  std::optional<std::vector<cancel_handle>> below = cancel_alone(node, why, at);
  if (!below) return false;
  std::vector<step> steps;
  push_all(steps, std::move(*below));
  while (!steps.empty()) {
    const cancel_handle target = steps.back().target;
    if (!std::exchange(steps.back().went_down, true)) {
      if ((below = cancel_alone(*target->node, why, at))) {
        push_all(steps, std::move(*below));
      } else {
        steps.pop_back();
        await_all_below(*target->node, at);
      }
      continue;
    }
    steps.pop_back();
    detach(*target->node);
    if (target->deadline_timer) timer(*target->deadline_timer).stop(at);
  }
  detach(node);
  return true;
}

void cancel(const cancel_handle& target, const reason& why, place at) {
  if (!cancel(*target->node, why, at)) return await_all_below(*target->node, at);
  if (target->deadline_timer) timer(*target->deadline_timer).stop(at);
}

// Lets `child` be cancelled with `parent`; at once if the parent was cancelled already.
void adopt(const cancel_handle& parent, const cancel_handle& child, place at) {
  if (parent == nullptr) return;
  cancel_node& above = *parent->node;
  const bool closed = channel_register(above.closes(), at);
  reason why;
  {
    std::lock_guard hold(above.guard);
    if (!closed && !above.cancelled) {
      child->node->place_at_parent = above.children.size();
      above.children.push_back(child);
    } else {
      why = {above.err, above.cause};
    }
  }
  if (why.err) {
    cancel(child, why, at);
    return;
  }
  // Its deadline may have come before it was listed, when there was nothing to detach.
  bool already = false;
  {
    std::lock_guard hold(child->node->guard);
    already = child->node->cancelled;
  }
  if (already) detach(*child->node);
}

cancel_handle target_of(const std::shared_ptr<const context_frame>& frame) {
  return frame == nullptr ? nullptr : frame->target;
}

std::shared_ptr<const context_frame> frame_below(const std::shared_ptr<const context_frame>& parent,
                                                 cancel_handle target,
                                                 std::optional<time_point> deadline) {
  return std::make_shared<const context_frame>(
      context_frame{parent, std::move(target), deadline, nullptr, nullptr});
}

cancel_handle new_target(const cancel_handle& parent, place at) {
  return std::make_shared<const cancel_target>(
      cancel_target{std::make_shared<cancel_node>(parent, at), std::nullopt});
}

}  // namespace

}  // namespace detail

void cancel_function::operator()(place at) const {
  detail::cancel(target_, {context::canceled, context::canceled}, at);
}

void cancel_cause_function::operator()(const error& cause, place at) const {
  detail::cancel(target_, {context::canceled, cause ? cause : context::canceled}, at);
}

// Cancelling the node of an after_func without starting what hangs on it.
bool stop_function::operator()(place at) const {
  std::function<void()> never_started;
  detail::cancel_node& node = *target_->node;
  if (!detail::claim(node, {context::canceled, context::canceled}, never_started, at))
    return false;
  detail::detach(node);
  return true;
}

context_with_cancel context::with_cancel(const context& parent, place at) {
  auto [ctx, cancel] = with_cancel_cause(parent, at);
  return {ctx, cancel_function(ctx.frame_->target)};
}

context_with_cancel_cause context::with_cancel_cause(const context& parent, place at) {
  const detail::cancel_handle above = detail::target_of(parent.frame_);
  const detail::cancel_handle target = detail::new_target(above, at);
  detail::adopt(above, target, at);
  return {context(detail::frame_below(parent.frame_, target, parent.deadline())),
          cancel_cause_function(target)};
}

context_with_cancel context::with_deadline(const context& parent, time_point when, place at) {
  return with_deadline_cause(parent, when, error(), at);
}

context_with_cancel context::with_deadline_cause(const context& parent, time_point when,
                                                 const error& cause, place at) {
  const time_point from = now(at);  // not before the epoch, so only the past is too far away
  return limited(parent, when, when > from ? when - from : duration::zero(), cause, at);
}

context_with_cancel context::with_timeout(const context& parent, duration d, place at) {
  return with_timeout_cause(parent, d, error(), at);
}

context_with_cancel context::with_timeout_cause(const context& parent, duration d,
                                                const error& cause, place at) {
  d = std::min(d, detail::longest_timeout);
  return limited(parent, now(at) + d, d, cause, at);
}

// The timer is armed before the context is listed at its parent, so that what is listed is whole.
context_with_cancel context::limited(const context& parent, time_point when, duration remaining,
                                     const error& cause, place at) {
  const std::optional<time_point> sooner = parent.deadline();
  if (sooner && *sooner <= when) return with_cancel(parent, at);
  const detail::cancel_handle above = detail::target_of(parent.frame_);
  const auto node = std::make_shared<detail::cancel_node>(above, at);
  const detail::reason why{deadline_exceeded, cause ? cause : deadline_exceeded};
  detail::cancel_target limited_target{node, std::nullopt};
  if (remaining > duration::zero())
    limited_target.deadline_timer = heddle::after_func(
        std::min(remaining, detail::longest_timeout),
        [node, why, at] { detail::cancel(*node, why, at); }, at);
  const auto target = std::make_shared<const detail::cancel_target>(std::move(limited_target));
  detail::adopt(above, target, at);
  if (remaining <= duration::zero()) detail::cancel(target, why, at);
  return {context(detail::frame_below(parent.frame_, target, when)), cancel_function(target)};
}

context context::with_erased_value(const context& parent, const void* key,
                                   std::shared_ptr<const void> value) {
  return context(std::make_shared<const detail::context_frame>(detail::context_frame{
      parent.frame_, detail::target_of(parent.frame_), parent.deadline(), key, std::move(value)}));
}

context context::without_cancel(const context& parent) {
  return context(detail::frame_below(parent.frame_, nullptr, std::nullopt));
}

stop_function context::after_func(const context& ctx, std::function<void()> f, place at) {
  const detail::cancel_handle above = detail::target_of(ctx.frame_);
  const detail::cancel_handle target = detail::new_target(above, at);
  target->node->then = std::move(f);
  detail::adopt(above, target, at);
  return stop_function(target);
}

recv_chan<std::monostate> context::done() const {
  const detail::cancel_handle target = detail::target_of(frame_);
  return target == nullptr ? recv_chan<std::monostate>() : target->node->done;
}

error context::err(place at) const {
  const detail::cancel_handle target = detail::target_of(frame_);
  if (target == nullptr || !detail::channel_is_closed(target->node->closes(), at)) return {};
  std::lock_guard hold(target->node->guard);
  return target->node->err;
}

error context::cause(place at) const {
  const detail::cancel_handle target = detail::target_of(frame_);
  if (target == nullptr || !detail::channel_is_closed(target->node->closes(), at)) return {};
  std::lock_guard hold(target->node->guard);
  return target->node->cause;
}

std::optional<time_point> context::deadline() const {
  return frame_ == nullptr ? std::nullopt : frame_->deadline;
}

const void* context::erased_value(const void* key) const {
  for (const detail::context_frame* f = frame_.get(); f != nullptr; f = f->parent.get())
    if (f->key == key) return f->value.get();
  return nullptr;
}

}  // namespace heddle
