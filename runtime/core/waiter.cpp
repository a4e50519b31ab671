#include "waiter.hpp"

namespace heddle::detail {

void wait_queue::push(waiter& w) noexcept {
  w.queue = this;
  w.next = nullptr;
  w.previous = tail_;
  (tail_ == nullptr ? head_ : tail_->next) = &w;
  tail_ = &w;
}

void wait_queue::remove(waiter& w) noexcept {
  if (w.queue != this) return;
  (w.previous == nullptr ? head_ : w.previous->next) = w.next;
  (w.next == nullptr ? tail_ : w.next->previous) = w.previous;
  w.queue = nullptr;
  w.next = w.previous = nullptr;
}

// Passes over waiters whose select has a winner already.
waiter* wait_queue::pop() noexcept {
  while (head_ != nullptr) {
    waiter* w = head_;
    remove(*w);
    if (w->fired != nullptr) {
      if (*w->fired >= 0) continue;
      *w->fired = w->index;
    }
    return w;
  }
  return nullptr;
}

}  // namespace heddle::detail
