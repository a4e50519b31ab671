#include "waiter.hpp"

namespace heddle::detail {

void wait_queue::push(waiter& w) noexcept {
  w.queue = this;
  w.next = nullptr;
  w.previous = tail_;
  (tail_ == nullptr ? head_ : tail_->next) = &w;
  tail_ = &w;
}

void wait_queue::push_front(waiter& w) noexcept {
  w.queue = this;
  w.previous = nullptr;
  w.next = head_;
  (head_ == nullptr ? tail_ : head_->previous) = &w;
  head_ = &w;
}

void wait_queue::remove(waiter& w) noexcept {
  if (w.queue != this) return;
  (w.previous == nullptr ? head_ : w.previous->next) = w.next;
  (w.next == nullptr ? tail_ : w.next->previous) = w.previous;
  w.queue = nullptr;
  w.next = w.previous = nullptr;
}

bool wait_queue::has_waiter() noexcept {
  while (head_ != nullptr && head_->fired != nullptr && *head_->fired >= 0) remove(*head_);
  return head_ != nullptr;
}

// Passes over waiters whose select has a winner already.
waiter* wait_queue::pop() noexcept {
  if (!has_waiter()) return nullptr;
  waiter* w = head_;
  remove(*w);
  if (w->fired != nullptr) *w->fired = w->index;
  return w;
}

}  // namespace heddle::detail
