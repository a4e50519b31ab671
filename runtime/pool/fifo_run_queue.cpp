#include "fifo_run_queue.hpp"

namespace heddle::performance {

void fifo_run_queue::push(runnable& r, readied) noexcept {
  r.link = nullptr;
  (head_ == nullptr ? head_ : tail_->link) = &r;
  tail_ = &r;
}

runnable* fifo_run_queue::pop() noexcept {
  runnable* first = head_;
  if (first != nullptr) head_ = first->link;
  return first;
}

void fifo_run_queue::sleep_until(time_point deadline) noexcept {
  std::unique_lock lock(mutex_);
  const auto notified = [this] { return notified_; };
  if (deadline == time_point::max())
    woken_.wait(lock, notified);
  else
    woken_.wait_until(lock, deadline, notified);
  notified_ = false;
}

void fifo_run_queue::notify() noexcept {
  {
    const std::lock_guard hold(mutex_);
    notified_ = true;
  }
  woken_.notify_one();
}

}  // namespace heddle::performance

namespace heddle {

std::unique_ptr<run_queue> first_in_first_out() {
  return std::make_unique<performance::fifo_run_queue>();
}

}  // namespace heddle
