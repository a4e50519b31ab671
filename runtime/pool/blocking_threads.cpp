#include "blocking_threads.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "heddle/detail/thread_sanitizer.hpp"
#include "pool.hpp"

namespace heddle::performance {

struct blocking_threads::shared_state {
  std::mutex mutex;  // guards all
  std::condition_variable work_came;
  std::deque<blocking_call*> waiting;
  std::size_t idle = 0;  // threads that wait for work
  pool* home = nullptr;  // null: the program has ended
};

blocking_threads::blocking_threads(pool& home) : state_(std::make_shared<shared_state>()) {
  state_->home = &home;
}

blocking_threads::~blocking_threads() {
  const std::lock_guard hold(state_->mutex);
  state_->home = nullptr;
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
    std::thread([state = state_]() mutable {
      serve(state);
      [[maybe_unused]] const detail::unwatched_scope ending;
      state.reset();
    }).detach();
  } catch (...) {
    state_->waiting.pop_back();
    throw;
  }
}

void blocking_threads::serve(const std::shared_ptr<shared_state>& state) noexcept {
  std::unique_lock lock(state->mutex);
  while (state->home != nullptr) {
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
    if (state->home == nullptr) return;
    state->home->call_is_finished(call);
  }
}

}  // namespace heddle::performance
