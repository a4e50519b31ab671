#include "blocking_threads.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace heddle::performance {

struct blocking_threads::shared_state {
  std::mutex mutex;  // guards all but any_finished
  std::condition_variable work_came;
  std::deque<blocking_call*> waiting;
  std::vector<blocking_call*> finished;
  std::size_t idle = 0;          // threads that wait for work
  run_queue* sleeper = nullptr;  // null: the program has ended
  // A hint, so that the worker need not lock at every switch. Relaxed: the mutex orders the rest.
  std::atomic<bool> any_finished = false;
};

blocking_threads::blocking_threads(run_queue& sleeper) : state_(std::make_shared<shared_state>()) {
  state_->sleeper = &sleeper;
}

blocking_threads::~blocking_threads() {
  const std::lock_guard hold(state_->mutex);
  state_->sleeper = nullptr;
  state_->waiting.clear();
  state_->work_came.notify_all();
}

void blocking_threads::start(blocking_call& call) {
  const std::lock_guard hold(state_->mutex);
  state_->waiting.push_back(&call);
  if (state_->idle >= state_->waiting.size()) {
    state_->work_came.notify_one();
    return;
  }
  try {
    std::thread([state = state_] { serve(state); }).detach();
  } catch (...) {
    state_->waiting.pop_back();
    throw;
  }
}

std::vector<blocking_call*> blocking_threads::take_finished() {
  if (!state_->any_finished.load(std::memory_order_relaxed)) return {};
  const std::lock_guard hold(state_->mutex);
  state_->any_finished.store(false, std::memory_order_relaxed);
  return std::exchange(state_->finished, {});
}

void blocking_threads::serve(const std::shared_ptr<shared_state>& state) noexcept {
  std::unique_lock lock(state->mutex);
  while (state->sleeper != nullptr) {
    if (state->waiting.empty()) {
      ++state->idle;
      state->work_came.wait(lock);
      --state->idle;
      continue;
    }
    blocking_call& call = *state->waiting.front();
    state->waiting.pop_front();
    lock.unlock();
    try {
      call.f();
    } catch (...) {
      call.failure = std::current_exception();
    }
    lock.lock();
    if (state->sleeper == nullptr) return;
    state->finished.push_back(&call);
    state->any_finished.store(true, std::memory_order_relaxed);
    state->sleeper->notify();
  }
}

}  // namespace heddle::performance
