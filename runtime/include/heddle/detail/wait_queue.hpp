// Goroutines that wait for an object, in order of arrival. Intrusive: a waiter lives on its
// goroutine's stack. Guarded by the object's lock, but for empty(), which anybody may ask.
#pragma once

#include <atomic>

namespace heddle::detail {

struct waiter;
struct select_wait;

class wait_queue {
 public:
  // A hint unless the object's lock is held. Acquire; pairs with the release in set_head(), so that
  // who finds a waiter also finds what its goroutine did before it waited.
  bool empty() const noexcept { return head_.load(std::memory_order_acquire) == nullptr; }
  // Whether pop() would give a waiter. Drops those in front whose select has a winner already.
  bool has_waiter() noexcept;
  waiter* front() const noexcept { return head_.load(std::memory_order_relaxed); }
  void push(waiter& w) noexcept;
  void push_front(waiter& w) noexcept;
  void remove(waiter& w) noexcept;  // does nothing unless `w` is queued here
  // The first waiter that can be had, or null. A select's is claimed for this queue's object: from
  // here on its other cases are void. Passes over the waiters of `own`, the caller's select.
  waiter* pop(const select_wait* own = nullptr) noexcept;

 private:
  void set_head(waiter* w) noexcept { head_.store(w, std::memory_order_release); }

  std::atomic<waiter*> head_{nullptr};
  waiter* tail_ = nullptr;
};

}  // namespace heddle::detail
