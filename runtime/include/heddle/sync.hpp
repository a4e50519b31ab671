// The primitives of Go's sync package (https://pkg.go.dev/sync).
//
//   heddle::mutex m;
//   { std::lock_guard hold(m); ++count; }      // std::unique_lock, scoped_lock, shared_lock too
//
//   heddle::wait_group wg;
//   for (auto& job : jobs) wg.go([&] { run(job); });
//   wg.wait();
//
// None may be copied, moved or destroyed while in use. All are usable only by goroutines.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "heddle/detail/seam.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"

namespace heddle {

namespace detail {

struct waiter;

// Waiters in order of arrival, intrusive: a waiter lives on its goroutine's stack.
class wait_queue {
 public:
  bool empty() const noexcept { return head_ == nullptr; }
  // Whether pop() would give a waiter. Drops those in front whose select has a winner already.
  bool has_waiter() noexcept;
  waiter* front() const noexcept { return head_; }
  void push(waiter& w) noexcept;
  void push_front(waiter& w) noexcept;
  void remove(waiter& w) noexcept;  // does nothing unless `w` is queued here
  waiter* pop() noexcept;           // null when empty

 private:
  waiter* head_ = nullptr;
  waiter* tail_ = nullptr;
};

}  // namespace detail

// Mutual exclusion; not recursive. Any goroutine may unlock it, as in Go.
class mutex {
 public:
  explicit mutex(place at = place::current()) : id_(detail::name_object("mutex", at)) {}
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;
  ~mutex() = default;

  void lock(place at = place::current());
  bool try_lock(place at = place::current());
  void unlock(place at = place::current());  // panics unless locked

 private:
  friend class cond;
  void lock_slow(place at);
  void release() noexcept;

  bool locked_ = false;
  detail::object_id id_;
  detail::wait_queue waiters_;
};

// A reader/writer lock. A waiting writer holds back new readers, so a goroutine that read-locks
// twice can deadlock (https://pkg.go.dev/sync#RWMutex).
class rw_mutex {
 public:
  explicit rw_mutex(place at = place::current()) : id_(detail::name_object("rw_mutex", at)) {}
  rw_mutex(const rw_mutex&) = delete;
  rw_mutex& operator=(const rw_mutex&) = delete;

  void lock(place at = place::current());
  bool try_lock(place at = place::current());
  void unlock(place at = place::current());  // panics unless write-locked
  void lock_shared(place at = place::current());
  bool try_lock_shared(place at = place::current());
  void unlock_shared(place at = place::current());  // panics unless read-locked

 private:
  void admit() noexcept;

  int readers_ = 0;              // read locks held
  bool writer_present_ = false;  // a writer waits for the readers to leave, or holds the lock
  bool writing_ = false;         // it holds the lock
  detail::object_id id_;
  detail::wait_queue arriving_;         // writers that wait for the writer before them
  detail::wait_queue waiting_writer_;   // the one writer that waits for readers to leave
  detail::wait_queue waiting_readers_;
};

// Waits for a collection of goroutines to finish.
class wait_group {
 public:
  explicit wait_group(place at = place::current()) : id_(detail::name_object("wait_group", at)) {}
  wait_group(const wait_group&) = delete;
  wait_group& operator=(const wait_group&) = delete;

  // Adds `delta`, which may be negative. Panics if the counter would become negative; adding to a
  // counter of zero while an earlier wait has not yet returned is misuse, and panics as such.
  void add(std::int64_t delta, place at = place::current());
  void done(place at = place::current()) { add(-1, at); }
  void wait(place at = place::current());  // until the counter is zero

  // Runs `f` in a goroutine that is counted until it ends (https://pkg.go.dev/sync#WaitGroup.Go).
  // The wait group must outlive it.
  template <class F>
  void go(F&& f, place at = place::current()) {
    add(1, at);
    heddle::go(go_options{{}, 0, at}, [this, at, f = std::forward<F>(f)]() mutable {
      defer finished([this, at] { done(at); });
      f();
    });
  }

 private:
  std::int64_t count_ = 0;
  int returning_ = 0;  // waiters released that have not run yet
  detail::object_id id_;
  detail::wait_queue waiters_;
};

// Runs a function exactly once. Others wait until it has returned; a panic counts as a return. A
// function that calls the same once again deadlocks, as in Go.
class once {
 public:
  explicit once(place at = place::current()) : id_(detail::name_object("once", at)) {}
  once(const once&) = delete;
  once& operator=(const once&) = delete;

  template <class F>
  void call(F&& f, place at = place::current()) {
    if (!begin(at)) return;
    defer ended([this, at] { end(at); });
    std::forward<F>(f)();
  }

 private:
  bool begin(place at);  // true: the caller runs the function and then calls end()
  void end(place at);

  enum class state : std::uint8_t { fresh, running, finished };
  state state_ = state::fresh;
  detail::object_id id_;
  detail::wait_queue waiters_;
};

// A condition variable on a mutex. `wait` releases the mutex, waits for a wake-up and locks again;
// hold the mutex, and test the condition in a loop or give it as a predicate.
class cond {
 public:
  explicit cond(mutex& m, place at = place::current())
      : mutex_(m), id_(detail::name_object("cond", at)) {}
  cond(const cond&) = delete;
  cond& operator=(const cond&) = delete;

  void wait(place at = place::current());  // panics unless the mutex is locked
  template <class Predicate>
  void wait_until(Predicate holds, place at = place::current()) {
    while (!holds()) wait(at);
  }
  void signal(place at = place::current());     // wakes one waiter, if there is one
  void broadcast(place at = place::current());  // wakes all

 private:
  mutex& mutex_;
  detail::object_id id_;
  detail::wait_queue waiters_;
};

// A function that runs `f` at its first call only. If `f` panics, every call raises the same panic
// (https://pkg.go.dev/sync#OnceFunc).
template <class F>
auto once_func(F f, place at = place::current()) {
  struct shared_state {
    shared_state(F f, place at) : once_(at), f_(std::move(f)) {}
    once once_;
    F f_;
    std::exception_ptr failure;
  };
  auto state = std::make_shared<shared_state>(std::move(f), at);
  return [state, at] {
    state->once_.call(
        [&] {
          try {
            state->f_();
          } catch (const std::exception&) {
            state->failure = std::current_exception();
          }
        },
        at);
    if (state->failure) std::rethrow_exception(state->failure);
  };
}

// A function that computes a value at its first call and returns it at every call
// (https://pkg.go.dev/sync#OnceValue).
template <class F>
auto once_value(F f, place at = place::current()) {
  using value = std::invoke_result_t<F&>;
  auto result = std::make_shared<std::optional<value>>();
  auto run = once_func([result, f = std::move(f)]() mutable { result->emplace(f()); }, at);
  return [result, run]() -> const value& {
    run();
    return **result;
  };
}

}  // namespace heddle
