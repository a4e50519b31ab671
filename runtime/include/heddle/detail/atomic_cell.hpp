// A value that is read and written at once, sequentially consistent: what std::atomic is, but always
// part of the function that uses it. In code compiled for checking a call of std::atomic's would be
// watched as an operation of the program's own, next to the one that atomic.hpp announces.
#pragma once

#include <type_traits>

#include "heddle/detail/seam.hpp"

namespace heddle::detail {

// The alignment that lets a value be accessed at once: its size, where that is a power of 2.
template <class T>
constexpr std::size_t atomic_alignment() {
  constexpr std::size_t size = sizeof(T);
  return size <= 16 && (size & (size - 1)) == 0 && size > alignof(T) ? size : alignof(T);
}

template <class T>
class atomic_cell {
  static_assert(std::is_trivially_copyable_v<T>, "an atomic's value is copied byte by byte");

 public:
  explicit atomic_cell(T initial) noexcept : value_(initial) {}

  [[gnu::always_inline]] HEDDLE_ANNOUNCED T load() const noexcept {
    alignas(T) unsigned char room[sizeof(T)];
    T* const found = reinterpret_cast<T*>(room);
    __atomic_load(&value_, found, __ATOMIC_SEQ_CST);
    return *found;
  }
  [[gnu::always_inline]] HEDDLE_ANNOUNCED void store(T desired) noexcept {
    __atomic_store(&value_, &desired, __ATOMIC_SEQ_CST);
  }
  // Where one thread runs all goroutines.
  [[gnu::always_inline]] HEDDLE_ANNOUNCED void store_unordered(T desired) noexcept {
    __atomic_store(&value_, &desired, __ATOMIC_RELAXED);
  }
  [[gnu::always_inline]] HEDDLE_ANNOUNCED T exchange(T desired) noexcept {
    alignas(T) unsigned char room[sizeof(T)];
    T* const found = reinterpret_cast<T*>(room);
    __atomic_exchange(&value_, &desired, found, __ATOMIC_SEQ_CST);
    return *found;
  }
  [[gnu::always_inline]] HEDDLE_ANNOUNCED bool compare_exchange(T& expected, T desired) noexcept {
    return __atomic_compare_exchange(&value_, &expected, &desired, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
  }
  [[gnu::always_inline]] HEDDLE_ANNOUNCED T fetch_add(T delta) noexcept {
    return __atomic_fetch_add(&value_, delta, __ATOMIC_SEQ_CST);
  }
  [[gnu::always_inline]] HEDDLE_ANNOUNCED T fetch_sub(T delta) noexcept {
    return __atomic_fetch_sub(&value_, delta, __ATOMIC_SEQ_CST);
  }
  [[gnu::always_inline]] HEDDLE_ANNOUNCED T fetch_and(T bits) noexcept {
    return __atomic_fetch_and(&value_, bits, __ATOMIC_SEQ_CST);
  }
  [[gnu::always_inline]] HEDDLE_ANNOUNCED T fetch_or(T bits) noexcept {
    return __atomic_fetch_or(&value_, bits, __ATOMIC_SEQ_CST);
  }

 private:
  alignas(atomic_alignment<T>()) T value_;
};

}  // namespace heddle::detail
