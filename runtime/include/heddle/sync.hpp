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

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "heddle/detail/lock_state.hpp"
#include "heddle/detail/seam.hpp"
#include "heddle/detail/spin_lock.hpp"
#include "heddle/detail/thread_sanitizer.hpp"
#include "heddle/detail/wait_queue.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"

namespace heddle {

// Mutual exclusion; not recursive. Any goroutine may unlock it, as in Go.
//
// A lock that is given up is free until somebody takes it, the woken waiter or one that comes in
// between; a waiter that was overtaken so once is handed the lock the next time. Handing over at
// every unlock would make std::lock live-lock: its try_lock of the second mutex would never find
// it free.
class mutex {
 public:
  explicit mutex(place at = place::current()) : id_(detail::name_object("mutex", at)) {}
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;
  ~mutex() = default;

  HEDDLE_UNWATCHED void lock(place at = place::current()) {
    if (detail::exploring) [[unlikely]]
      if (!announce_lock(at)) return;
    if (!state_.take()) [[unlikely]]
      lock_slow(at);
    detail::acquire_order(this);
  }
  HEDDLE_UNWATCHED bool try_lock(place at = place::current()) {
    if (detail::exploring) [[unlikely]]
      if (!announce_try_lock(at)) return false;
    if (!state_.take()) return false;
    detail::acquire_order(this);
    return true;
  }
  HEDDLE_UNWATCHED void unlock(place at = place::current()) {  // panics unless locked
    if (detail::exploring) [[unlikely]]
      if (!announce_unlock(at)) return;
    detail::release_order(this);
    if (!state_.give_up()) [[unlikely]]
      unlock_slow(at);
  }

 private:
  friend class cond;
  bool announce_lock(place at) const;
  bool announce_try_lock(place at) const;
  bool announce_unlock(place at) const;
  void lock_slow(place at);
  void unlock_slow(place at);

  detail::lock_state state_;
  detail::spin_lock guard_;  // of the rest, and of changes of state_ while it is awaited
  bool woken_ = false;       // a waiter is on its way to try again
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
  HEDDLE_UNWATCHED void lock_shared(place at = place::current()) {
    if (detail::exploring) [[unlikely]]
      if (!announce_read(at)) return;
    if (!add_reader()) [[unlikely]]
      lock_shared_slow(at);
    detail::acquire_order(this);
  }
  HEDDLE_UNWATCHED bool try_lock_shared(place at = place::current()) {
    if (detail::exploring) [[unlikely]]
      if (!announce_try_read(at)) return false;
    if (!add_reader()) return false;
    detail::acquire_order(this);
    return true;
  }
  HEDDLE_UNWATCHED void unlock_shared(place at = place::current()) {  // panics unless read-locked
    if (detail::exploring) [[unlikely]]
      if (!announce_read_unlock(at)) return;
    detail::release_order(readers());
    if (!remove_reader()) [[unlikely]]
      unlock_shared_slow(at);
  }

 private:
  // Unlocks and read-unlocks are told to ThreadSanitizer by two addresses.
  const void* readers() const noexcept { return &id_; }

  // state_: the number of read locks held times one_reader, and these.
  static constexpr std::uint32_t writer_present = 1;  // waits for the readers to leave, or holds it
  static constexpr std::uint32_t writing = 2;         // a writer holds it
  static constexpr std::uint32_t queued = 4;          // somebody waits for the writer to unlock
  static constexpr std::uint32_t one_reader = 8;

  // False while a writer is present. On several workers the reader is counted all the same, for a
  // moment: turn_away() takes it back.
  HEDDLE_UNWATCHED bool add_reader() noexcept {
    if (!detail::parallel()) {
      const std::uint32_t s = state_.load(std::memory_order_relaxed);
      if ((s & writer_present) != 0) return false;
      state_.store(s + one_reader, std::memory_order_relaxed);
      return true;
    }
    // Acquire; pairs with the writer's release in admit() and unlock().
    if ((state_.fetch_add(one_reader, std::memory_order_acquire) & writer_present) == 0) [[likely]]
      return true;
    turn_away();
    return false;
  }
  // False where there is more to do: a writer waits, or there was no reader.
  HEDDLE_UNWATCHED bool remove_reader() noexcept {
    if (!detail::parallel()) {
      const std::uint32_t s = state_.load(std::memory_order_relaxed);
      if (s < one_reader || (s & writer_present) != 0) return false;
      state_.store(s - one_reader, std::memory_order_relaxed);
      return true;
    }
    // A guess: to load it would mean to wait for the addition in add_reader().
    std::uint32_t found = one_reader;
    // Release; pairs with the writer's acquire in lock() and enter().
    while (!state_.compare_exchange_weak(found, found - one_reader, std::memory_order_release,
                                         std::memory_order_relaxed))
      if (found < one_reader || (found & writer_present) != 0) return false;
    return true;
  }
  void turn_away() noexcept;
  bool mark_queued() noexcept;
  bool announce_read(place at) const;
  bool announce_try_read(place at) const;
  bool announce_read_unlock(place at) const;
  void lock_shared_slow(place at);
  void unlock_shared_slow(place at);
  void arrive(place at);
  void enter(place at);
  void admit() noexcept;

  std::atomic<std::uint32_t> state_{0};
  detail::spin_lock guard_;  // of the queues, and of changes of state_ while a writer is present
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

  // Adds `delta`, which may be negative. Panics if the counter would become negative, or exceed 31
  // bits, which is told as the same; adding to a counter of zero while an earlier wait has not yet
  // returned is misuse, and panics as such.
  void add(std::int64_t delta, place at = place::current());
  void done(place at = place::current()) { add(-1, at); }
  void wait(place at = place::current());  // until the counter is zero

  // Runs `f` in a goroutine that is counted until it ends (https://pkg.go.dev/sync#WaitGroup.Go).
  // The wait group must outlive it.
  template <class F>
  void go(F&& f, place at = place::current()) {
    add(1, at);
    detail::spawn_bound(at, [this, at, f = std::forward<F>(f)]() mutable {
      defer finished([this, at] { done(at); });
      f();
    });
  }

 private:
  bool announce_add(std::int64_t delta, place at) const;
  void check_add(std::int64_t before, std::int64_t delta, place at);
  void wake_all() noexcept;

  // The counter times one_count, and below it the number of waits that have not returned.
  static constexpr std::int64_t one_count = std::int64_t{1} << 32;
  std::atomic<std::int64_t> state_{0};
  detail::spin_lock guard_;  // of waiters_
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
    // Acquire; pairs with the release in end().
    if (!detail::exploring && state_.load(std::memory_order_acquire) == state::finished) [[likely]] {
      detail::acquire_order(this);
      return;
    }
    if (!begin(at)) return detail::acquire_order(this);
    defer ended([this, at] { end(at); });
    std::forward<F>(f)();
  }

 private:
  bool begin(place at);  // true: the caller runs the function and then calls end()
  void end(place at);

  enum class state : std::uint8_t { fresh, running, finished };
  std::atomic<state> state_{state::fresh};
  detail::spin_lock guard_;  // of waiters_ and of changes of state_
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
  detail::spin_lock guard_;  // of waiters_
  detail::object_id id_;
  detail::wait_queue waiters_;
};

namespace detail {

// In a handler: keeps the exception, but for the one by which a goroutine is torn down, which goes
// on.
void keep_exception(std::exception_ptr& kept);

}  // namespace detail

// A function that runs `f` at its first call only. If `f` panics, or another exception leaves it,
// every call raises the same (https://pkg.go.dev/sync#OnceFunc).
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
          } catch (...) {
            detail::keep_exception(state->failure);
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
  struct computation {
    F f;
    std::optional<value> result;
    void operator()() { result.emplace(f()); }
  };
  auto computed = std::make_shared<computation>(computation{std::move(f), std::nullopt});
  auto run = once_func([computed] { (*computed)(); }, at);
  return [computed, run]() -> const value& {
    run();
    // A call by a destructor of a goroutine that is torn down does nothing, and there may be none.
    if (!computed->result) (*computed)();
    return *computed->result;
  };
}

}  // namespace heddle
