// Atomics, sequentially consistent as Go's sync/atomic (https://go.dev/ref/mem#atomic).
//
//   heddle::atomic<int> hits{0};
//   hits.add(1);                        // the new value, as Go's AddInt32
//   int seen = 0;
//   hits.compare_exchange(seen, 10);    // seen becomes what was found
//
// In exploration mode every operation is a scheduling decision; a failed compare-exchange is a
// load, a read-modify-write is one event. In performance mode they are std::atomic's.
#pragma once

#include <type_traits>

#include "heddle/detail/atomic.hpp"
#include "heddle/detail/atomic_cell.hpp"

namespace heddle {

// T is trivially copyable, as for std::atomic.
template <class T>
class atomic {
 public:
  using value_type = T;

  atomic(place at = place::current()) noexcept : atomic(T{}, at) {}
  atomic(T initial, place at = place::current()) noexcept
      : value_(initial), id_(detail::name_object("atomic", at)) {}
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  HEDDLE_ANNOUNCED T load(place at = place::current()) const {
    announce(detail::atomic_access::load, T{}, at);
    return value_.load();
  }
  HEDDLE_ANNOUNCED void store(T desired, place at = place::current()) {
    if (detail::exploring) [[unlikely]]
      return store_exploring(desired, at);
    value_.store(desired);
  }
  // Stores `desired` and returns the old value: Go's Swap.
  HEDDLE_ANNOUNCED T exchange(T desired, place at = place::current()) {
    announce(detail::atomic_access::update, T{}, at);
    T old = value_.exchange(desired);
    note();
    return old;
  }
  // Stores `desired` if the value is `expected`; else puts the value found into `expected`.
  HEDDLE_ANNOUNCED bool compare_exchange(T& expected, T desired, place at = place::current()) {
    announce(detail::atomic_access::compare_exchange, expected, at);
    bool done = value_.compare_exchange(expected, desired);
    note();
    return done;
  }
  // The same with the expected value by copy: Go's CompareAndSwap.
  HEDDLE_ANNOUNCED bool compare_and_swap(T expected, T desired, place at = place::current()) {
    return compare_exchange(expected, desired, at);
  }
  // Adds and returns the new value, as Go's Add.
  HEDDLE_ANNOUNCED T add(T delta, place at = place::current()) requires std::is_integral_v<T> {
    return static_cast<T>(fetch_add(delta, at) + delta);
  }
  // These return the old value, as std::atomic's.
  HEDDLE_ANNOUNCED
  T fetch_add(T delta, place at = place::current()) requires std::is_integral_v<T> {
    return update([&]() HEDDLE_ANNOUNCED { return value_.fetch_add(delta); }, at);
  }
  HEDDLE_ANNOUNCED
  T fetch_sub(T delta, place at = place::current()) requires std::is_integral_v<T> {
    return update([&]() HEDDLE_ANNOUNCED { return value_.fetch_sub(delta); }, at);
  }
  HEDDLE_ANNOUNCED T fetch_and(T bits, place at = place::current()) requires std::is_integral_v<T> {
    return update([&]() HEDDLE_ANNOUNCED { return value_.fetch_and(bits); }, at);
  }
  HEDDLE_ANNOUNCED T fetch_or(T bits, place at = place::current()) requires std::is_integral_v<T> {
    return update([&]() HEDDLE_ANNOUNCED { return value_.fetch_or(bits); }, at);
  }

 private:
  // One thread runs all goroutines there: the order is the schedule's, and a fence would cost more
  // than what it is to order.
  HEDDLE_ANNOUNCED void store_exploring(T desired, place at) {
    announce(detail::atomic_access::store, T{}, at);
    value_.store_unordered(desired);
    detail::note_atomic_value(detail::value_bits(desired));
  }
  HEDDLE_ANNOUNCED void announce(detail::atomic_access access, T expected, place at) const {
    if (detail::exploring) [[unlikely]]
      detail::announce_atomic(this, id_, access, detail::value_bits(value_.load()),
                              detail::value_bits(expected), at, std::is_pointer_v<T>);
  }
  HEDDLE_ANNOUNCED void note() const {
    if (detail::exploring) [[unlikely]]
      detail::note_atomic_value(detail::value_bits(value_.load()));
  }
  template <class F>
  HEDDLE_ANNOUNCED T update(F f, place at) {
    announce(detail::atomic_access::update, T{}, at);
    T old = f();
    note();
    return old;
  }

  detail::atomic_cell<T> value_;
  detail::object_id id_;
};

}  // namespace heddle
