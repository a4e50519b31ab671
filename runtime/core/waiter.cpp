#include "waiter.hpp"

namespace heddle::detail {

void wait_queue::push(waiter& w) noexcept {
  w.queue = this;
  w.next = nullptr;
  w.previous = front() == nullptr ? nullptr : tail_;
  if (w.previous == nullptr)
    set_head(&w);
  else
    tail_->next = &w;
  tail_ = &w;
}

void wait_queue::push_front(waiter& w) noexcept {
  w.queue = this;
  w.previous = nullptr;
  w.next = front();
  (w.next == nullptr ? tail_ : w.next->previous) = &w;
  set_head(&w);
}

void wait_queue::remove(waiter& w) noexcept {
  if (w.queue != this) return;
  if (w.previous == nullptr)
    set_head(w.next);
  else
    w.previous->next = w.next;
  (w.next == nullptr ? tail_ : w.next->previous) = w.previous;
  w.queue = nullptr;
  w.next = w.previous = nullptr;
}

bool wait_queue::has_waiter() noexcept {
  for (;;) {
    waiter* w = front();
    if (w == nullptr) return false;
    if (w->choice == nullptr || w->choice->word.winner() < 0) return true;
    remove(*w);
  }
}

waiter* wait_queue::pop(const select_wait* own) noexcept {
  waiter* next = nullptr;
  for (waiter* w = front(); w != nullptr; w = next) {
    next = w->next;
    if (w->choice == nullptr) {
      remove(*w);
      return w;
    }
    if (w->choice == own) continue;
    using claim = select_word<primitive_atomics>::claim;
    const claim claimed = w->choice->word.claim_for(w->index);
    if (claimed == claim::later) continue;
    remove(*w);
    if (claimed == claim::won) return w;
  }
  return nullptr;
}

}  // namespace heddle::detail
