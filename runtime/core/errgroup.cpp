// errgroup: a wait group, a flag that picks the first error, and a channel of slots for the limit.
#include "heddle/errgroup.hpp"

#include <optional>
#include <string>

#include "heddle/atomic.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"

namespace heddle {

namespace detail {

struct errgroup_state {
  explicit errgroup_state(place at) : running(at), failed(false, at) {}

  wait_group running;
  atomic<bool> failed;
  error first;                 // written by the one that set `failed`, read after the wait
  chan<std::monostate> slots;  // a goroutine in the group holds one; nil: no limit
  std::optional<cancel_cause_function> cancel;
};

void errgroup_fail(errgroup_state& group, const error& e, place at) {
  if (!group.failed.compare_and_swap(false, true, at)) return;
  group.first = e;
  if (group.cancel) (*group.cancel)(e, at);
}

void errgroup_end(errgroup_state& group, place at) {
  if (group.slots) group.slots.recv(at);
  group.running.done(at);
}

}  // namespace detail

errgroup::errgroup(place at) : state_(std::make_shared<detail::errgroup_state>(at)) {}

errgroup_with_context errgroup::with_context(const context& parent, place at) {
  auto [ctx, cancel] = context::with_cancel_cause(parent, at);
  errgroup group(at);
  group.state_->cancel = std::move(cancel);
  return {std::move(group), std::move(ctx)};
}

void errgroup::enter(place at) {
  if (state_->slots) state_->slots.send({}, at);
  state_->running.add(1, at);
}

bool errgroup::try_enter(place at) {
  if (state_->slots && select(send(state_->slots, {}), otherwise(), at) != 0) return false;
  state_->running.add(1, at);
  return true;
}

void errgroup::set_limit(int n, place at) {
  chan<std::monostate>& slots = state_->slots;
  if (const std::size_t active = slots ? slots.len(at) : 0; active > 0)
    throw panic("errgroup: modify limit while " + std::to_string(active) +
                    " goroutines in the group are still active",
                at);
  slots =
      n < 0 ? chan<std::monostate>() : make_chan<std::monostate>(static_cast<std::size_t>(n), at);
}

error errgroup::wait(place at) {
  state_->running.wait(at);
  if (state_->cancel) (*state_->cancel)(state_->first, at);
  return state_->first;
}

}  // namespace heddle
