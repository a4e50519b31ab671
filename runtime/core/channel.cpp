#include "channel.hpp"

#include <new>

#include "goroutine.hpp"
#include "mode.hpp"
#include "thread_sanitizer.hpp"

namespace heddle::detail {

using core::op_kind;

channel::channel(const element_type& type, std::size_t capacity, place at)
    : type_(type), capacity_(capacity), id_(name_object("channel", at)) {
  if (capacity > 0)
    buffer_ = static_cast<std::byte*>(
        ::operator new(capacity * type.size, std::align_val_t(type.align)));
}

channel::~channel() {
  drain();
  if (buffer_ != nullptr) ::operator delete(buffer_, std::align_val_t(type_.align));
}

std::byte* channel::slot(std::size_t i) const noexcept {
  return buffer_ + (head_ + i) % capacity_ * type_.size;
}

void channel::push(void* value) {
  type_.move(slot(count_), value);
  ++count_;
}

void channel::pop(void* to) {
  std::byte* first = slot(0);
  type_.move(to, first);
  type_.destroy(first);
  head_ = (head_ + 1) % capacity_;
  --count_;
}

void channel::drain() noexcept {
  while (count_ > 0) {
    type_.destroy(slot(0));
    head_ = (head_ + 1) % capacity_;
    --count_;
  }
}

bool channel::can_send() noexcept {
  return closed_ || count_ < capacity_ || receivers_.has_waiter();
}

bool channel::can_recv() noexcept { return closed_ || count_ > 0 || senders_.has_waiter(); }

channel::attempt channel::try_send(void* value) {
  const core::ordered_scope order(this);
  if (closed_) return attempt::closed;
  if (waiter* receiver = receivers_.pop()) {
    type_.move(receiver->value, value);
    receiver->ok = true;
    core::current_engine().ready(*receiver->g);
    return attempt::done;
  }
  if (count_ == capacity_) return attempt::would_block;
  push(value);
  return attempt::done;
}

channel::attempt channel::try_recv(void* to) {
  const core::ordered_scope order(this);
  if (count_ > 0) {
    pop(to);
    if (waiter* sender = senders_.pop()) {  // its value takes the place that became free
      push(sender->value);
      sender->ok = true;
      core::current_engine().ready(*sender->g);
    }
    return attempt::done;
  }
  if (waiter* sender = senders_.pop()) {
    type_.move(to, sender->value);
    sender->ok = true;
    core::current_engine().ready(*sender->g);
    return attempt::done;
  }
  return closed_ ? attempt::closed : attempt::would_block;
}

void channel::close() {
  const core::ordered_scope order(this);
  closed_ = true;
  for (wait_queue* queue : {&receivers_, &senders_}) {
    while (waiter* w = queue->pop()) {
      w->ok = false;
      core::current_engine().ready(*w->g);
    }
  }
}

core::operation channel::describe(op_kind kind, place at, int branch) const noexcept {
  core::operation op;
  op.kind = kind;
  op.branch = branch;
  op.object = id_;
  op.address = this;
  op.value = capacity_;
  op.at = at;
  return op;
}

channel* make_channel(const element_type& type, std::size_t capacity, place at) {
  return new channel(type, capacity, at);
}

void retain(channel* c) noexcept {
  if (c != nullptr) c->references.fetch_add(1, std::memory_order_relaxed);
}

void release(channel* c) noexcept {
  // Acquire-release: the last owner sees what the others did before they let go.
  if (c != nullptr && c->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete c;
}

namespace {

void block_for_ever(place at) {
  core::operation op;
  op.kind = op_kind::nil_channel;
  op.at = at;
  core::engine& e = core::current_engine();
  if (exploring && !core::announce(op)) return;
  do e.park(op);
  while (!e.current()->unwinding);
}

// Blocks in `queue` until a partner or a close comes; says whether it was a partner.
bool wait_for_partner(wait_queue& queue, void* value, const core::operation& why) {
  core::engine& e = core::current_engine();
  waiter self;
  self.g = e.current();
  self.value = value;
  queue.push(self);
  e.park(why);
  return self.ok;
}

}  // namespace

void channel_send(channel* c, void* value, place at) {
  if (c == nullptr) return block_for_ever(at);
  const core::operation op = c->describe(op_kind::send, at);
  if (exploring && !core::announce(op)) return;
  channel::attempt outcome = c->try_send(value);
  if (outcome == channel::attempt::would_block)
    outcome = wait_for_partner(c->senders(), value, op) ? channel::attempt::done
                                                         : channel::attempt::closed;
  if (outcome == channel::attempt::closed)
    throw panic(panic_kind::panic, "send on closed channel", at);
}

bool channel_recv(channel* c, void* to, place at) {
  if (c == nullptr) {
    block_for_ever(at);
    return false;
  }
  const core::operation op = c->describe(op_kind::recv, at);
  if (exploring && !core::announce(op)) return false;
  const channel::attempt outcome = c->try_recv(to);
  if (outcome == channel::attempt::would_block) return wait_for_partner(c->receivers(), to, op);
  return outcome == channel::attempt::done;
}

void channel_close(channel* c, place at) {
  if (c == nullptr) throw panic(panic_kind::panic, "close of nil channel", at);
  if (exploring && !core::announce(c->describe(op_kind::close, at))) return;
  if (c->closed()) throw panic(panic_kind::panic, "close of closed channel", at);
  c->close();
}

std::size_t channel_len(const channel* c, place at) {
  if (c == nullptr) return 0;
  if (exploring && !core::announce(c->describe(op_kind::len, at))) return 0;
  return c->len();
}

std::size_t channel_cap(const channel* c) noexcept { return c == nullptr ? 0 : c->cap(); }

bool channel_try_close(channel& c, place at) {
  if (exploring && !core::announce(c.describe(op_kind::try_close, at))) return false;
  if (c.closed()) return false;
  c.close();
  return true;
}

bool channel_is_closed(channel& c, place at) {
  if (exploring && !core::announce(c.describe(op_kind::is_closed, at))) return true;
  return c.closed();
}

bool channel_register(channel& c, place at) {
  core::operation op = c.describe(op_kind::is_closed, at);
  op.extra = 1;
  if (exploring && !core::announce(op)) return true;
  return c.closed();
}

}  // namespace heddle::detail
