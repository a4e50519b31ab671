// First in, first out: the deterministic policy. With one worker the order of execution depends on
// nothing but the program, its timers and its random choices.
#pragma once

#include <condition_variable>
#include <mutex>

#include "heddle/run_queue.hpp"

namespace heddle::performance {

class fifo_run_queue final : public run_queue {
 public:
  void push(runnable& r, readied why) noexcept override;
  runnable* pop() noexcept override;
  void sleep_until(time_point deadline) noexcept override;
  void notify() noexcept override;

 private:
  runnable* head_ = nullptr;
  runnable* tail_ = nullptr;  // meaningful while head_ is not null
  std::mutex mutex_;          // guards notified_
  std::condition_variable woken_;
  bool notified_ = false;
};

}  // namespace heddle::performance
