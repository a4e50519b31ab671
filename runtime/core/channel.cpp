#include "channel.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>

#include "heddle/detail/thread_sanitizer.hpp"
#include "own_order.hpp"
#include "scheduling.hpp"
#include "timer.hpp"

namespace heddle::detail {

using core::op_kind;

namespace {

constexpr std::size_t usual_alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

// The buffer begins at the first multiple of its alignment behind the channel.
std::size_t buffer_offset(const element_type& type) noexcept {
  return (sizeof(channel) + type.align - 1) & ~(type.align - 1);
}

// An element on its way is nobody's access.
void move_value(const element_type& type, void* to, void* from) {
  [[maybe_unused]] const unwatched_scope moving;
  if (type.trivial && type.size == sizeof(std::uint64_t))
    std::memcpy(to, from, sizeof(std::uint64_t));
  else if (type.trivial && type.size == sizeof(std::uint32_t))
    std::memcpy(to, from, sizeof(std::uint32_t));
  else
    type.move(to, from);
}

void destroy_value(const element_type& type, void* value) noexcept {
  [[maybe_unused]] const unwatched_scope moving;
  type.destroy(value);
}

// The order that a place of the buffer hands on: from a send to the receive of its value, and from
// that to the send that uses the place again.
void pass_through(const void* place_of_buffer) noexcept {
  acquire_order(place_of_buffer);
  release_order(place_of_buffer);
}

}  // namespace

channel* channel::make(const element_type& type, std::size_t capacity, place at,
                       std::uint16_t bytes_of_timer) {
  if (capacity > UINT32_MAX) throw panic(panic_kind::panic, "make_chan: capacity out of range", at);
  const std::size_t bytes = bytes_of_timer + buffer_offset(type) + capacity * type.size;
  void* memory = type.align <= usual_alignment
                     ? ::operator new(bytes)
                     : ::operator new(bytes, std::align_val_t(type.align));
  return new (static_cast<std::byte*>(memory) + bytes_of_timer)
      channel(type, capacity, at, bytes_of_timer);
}

channel::channel(const element_type& type, std::size_t capacity, place at,
                 std::uint16_t bytes_of_timer)
    : bytes_of_timer_(bytes_of_timer),
      capacity_(static_cast<std::uint32_t>(capacity)),
      type_(type),
      id_(name_object("channel", at)) {}

channel::~channel() { drain(); }

void channel::release() noexcept {
  // Acquire-release: the last owner sees what the others did before they let go. Where the caller
  // owns the only reference nobody else can be letting go.
  if (bytes_of_timer_ != 0) [[unlikely]] {
    timer_state& t = timer_of(*this);
    if (!t.home.release(references_, [&] { return disarm_unheld(t); })) return;
  } else if (references_.load(std::memory_order_acquire) != 1 &&
             references_.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  const std::size_t align = type_.align;
  void* const memory = reinterpret_cast<std::byte*>(this) - bytes_of_timer_;
  [[maybe_unused]] const unwatched_scope freeing;
  this->~channel();
  if (align <= usual_alignment)
    ::operator delete(memory);
  else
    ::operator delete(memory, std::align_val_t(align));
}

void* channel::slot(std::uint32_t i) noexcept {
  std::uint32_t position = head_ + i;
  if (position >= capacity_) position -= capacity_;
  return reinterpret_cast<std::byte*>(this) + buffer_offset(type_) + position * type_.size;
}

void channel::push(void* value) {
  const std::uint32_t count = count_.load(std::memory_order_relaxed);
  pass_through(slot(count));
  move_value(type_, slot(count), value);
  set_count(count + 1);
}

void channel::pop(void* to) {
  void* first = slot(0);
  pass_through(first);
  move_value(type_, to, first);
  if (!type_.trivial) destroy_value(type_, first);
  if (++head_ == capacity_) head_ = 0;
  set_count(count_.load(std::memory_order_relaxed) - 1);
}

void channel::drain() noexcept {
  while (const std::uint32_t count = count_.load(std::memory_order_relaxed)) {
    destroy_value(type_, slot(0));
    if (++head_ == capacity_) head_ = 0;
    set_count(count - 1);
  }
}

// Of the running goroutine and a waiter, without a buffer each comes after the other's arrival.
// With one the value goes by way of the buffer, as far as order is concerned.
void channel::meet(waiter& partner) noexcept {
  if constexpr (!core::order_is_told) return;
  if (capacity_ == 0) return pass_through(&partner);
  const void* first = slot(0);
  pass_through(first);
  {
    const core::own_order receiving;
    acquire_order(&partner);
    release_order(first);
  }
  release_order(&partner);
  if (++head_ == capacity_) head_ = 0;
}

// The value of a sender that waits, by the goroutine that has just made room for it.
void channel::push_for(waiter& sender) {
  if constexpr (!core::order_is_told) return push(sender.value);
  release_order(&sender);
  const core::own_order sending;
  acquire_order(&sender);
  push(sender.value);
}

void channel::acquire_outcome(const waiter& self) const noexcept {
  acquire_order(self.ok ? static_cast<const void*>(&self) : &closed_);
}

bool channel::found_closed() const noexcept {
  if (!closed()) return false;
  acquire_order(&closed_);
  return true;
}

// A popped waiter is its partner's alone, so its value moves outside of the lock.
channel::attempt channel::send_locked(void* value, const select_wait* own) {
  if (closed_.load(std::memory_order_relaxed)) {
    lock_.unlock();
    return attempt::closed;
  }
  if (receivers_.front() != nullptr) {
    if (waiter* receiver = receivers_.pop(own)) {
      meet(*receiver);
      lock_.unlock();
      move_value(type_, receiver->value, value);
      receiver->ok = true;
      core::ready_waiter(*receiver);
      return attempt::done;
    }
  }
  if (count_.load(std::memory_order_relaxed) == capacity_) return attempt::would_block;
  push(value);
  lock_.unlock();
  return attempt::done;
}

channel::attempt channel::recv_locked(void* to, const select_wait* own) {
  if (count_.load(std::memory_order_relaxed) > 0) {
    pop(to);
    waiter* sender = senders_.front() == nullptr ? nullptr : senders_.pop(own);
    if (sender != nullptr) push_for(*sender);  // takes the place that became free
    lock_.unlock();
    if (sender != nullptr) {
      sender->ok = true;
      core::ready_waiter(*sender);
    }
    return attempt::done;
  }
  if (senders_.front() != nullptr) {
    if (waiter* sender = senders_.pop(own)) {
      meet(*sender);
      lock_.unlock();
      move_value(type_, to, sender->value);
      sender->ok = true;
      core::ready_waiter(*sender);
      return attempt::done;
    }
  }
  if (!closed_.load(std::memory_order_relaxed)) return attempt::would_block;
  lock_.unlock();
  acquire_order(&closed_);
  return attempt::closed;
}

channel::attempt channel::try_send(void* value) {
  lock_.lock();
  const attempt outcome = send_locked(value);
  if (outcome == attempt::would_block) lock_.unlock();
  return outcome;
}

channel::attempt channel::try_recv(void* to) {
  lock_.lock();
  const attempt outcome = recv_locked(to);
  if (outcome == attempt::would_block) lock_.unlock();
  return outcome;
}

bool channel::close() {
  core::popped_waiters woken;
  {
    const std::lock_guard hold(lock_);
    if (closed_.load(std::memory_order_relaxed)) return false;
    release_order(&closed_);
    closed_.store(true, std::memory_order_release);
    for (wait_queue* queue : {&receivers_, &senders_}) woken.take_all(*queue);
  }
  woken.ready_all();  // `ok` is false from the start
  return true;
}

core::operation describe(const channel& c, op_kind kind, place at, int branch) noexcept {
  core::operation op;
  op.kind = kind;
  op.branch = branch;
  op.object = c.id();
  op.address = &c;
  op.value = c.cap();
  op.at = at;
  return op;
}

namespace {

void block_for_ever(place at) {
  if (!exploring) {
    for (;;) performance::suspend(nullptr, op_kind::nil_channel, nullptr, at);
  }
  core::operation op;
  op.kind = op_kind::nil_channel;
  op.at = at;
  core::engine& e = core::current_engine();
  if (!core::announce(op)) return;
  do e.park(op);
  while (!e.current()->unwinding);
}

// Blocks in `queue`, with the channel locked, until a partner or a close comes; says whether it was
// a partner.
bool wait_for_partner(channel& c, wait_queue& queue, void* value, op_kind kind, place at) {
  waiter self;
  self.g = core::self_holding(c.lock());
  self.value = value;
  release_order(&self);
  queue.push(self);
  if (!exploring) [[likely]]
    performance::suspend(&c.lock(), kind, &c, at);
  else
    core::current_engine().park(describe(c, kind, at));
  c.acquire_outcome(self);
  return self.ok;
}

[[noreturn]] void refuse_closed(place at) {
  throw panic(panic_kind::panic, "send on closed channel", at);
}

}  // namespace

void channel_send(channel* c, void* value, place at) {
  if (c == nullptr) [[unlikely]]
    return block_for_ever(at);
  if (exploring) [[unlikely]]
    if (!core::announce(describe(*c, op_kind::send, at))) return;
  c->lock().lock();
  switch (c->send_locked(value)) {
    case channel::attempt::done:
      return;
    case channel::attempt::would_block:
      if (wait_for_partner(*c, c->senders(), value, op_kind::send, at)) return;
      [[fallthrough]];
    case channel::attempt::closed:
      refuse_closed(at);
  }
}

bool channel_recv(channel* c, void* to, place at) {
  if (c == nullptr) [[unlikely]] {
    block_for_ever(at);
    return false;
  }
  if (exploring) [[unlikely]]
    if (!core::announce(describe(*c, op_kind::recv, at))) return false;
  c->lock().lock();
  const channel::attempt outcome = c->recv_locked(to);
  if (outcome == channel::attempt::would_block)
    return wait_for_partner(*c, c->receivers(), to, op_kind::recv, at);
  return outcome == channel::attempt::done;
}

void channel_close(channel* c, place at) {
  if (c == nullptr) throw panic(panic_kind::panic, "close of nil channel", at);
  if (exploring && !core::announce(describe(*c, op_kind::close, at))) return;
  if (!c->close()) throw panic(panic_kind::panic, "close of closed channel", at);
}

std::size_t channel_len(const channel* c, place at) {
  if (c == nullptr) return 0;
  if (exploring && !core::announce(describe(*c, op_kind::len, at))) return 0;
  return c->len();
}

bool channel_try_close(channel& c, place at) {
  if (exploring && !core::announce(describe(c, op_kind::try_close, at))) return false;
  return c.close();
}

bool channel_is_closed(channel& c, place at) {
  if (exploring && !core::announce(describe(c, op_kind::is_closed, at))) return true;
  return c.found_closed();
}

bool channel_register(channel& c, place at) {
  core::operation op = describe(c, op_kind::is_closed, at);
  op.extra = 1;
  if (exploring && !core::announce(op)) return true;
  return c.found_closed();
}

}  // namespace heddle::detail
