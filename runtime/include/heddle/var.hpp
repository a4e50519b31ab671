// A plain shared variable whose reads and writes exploration mode sees.
//
//   heddle::var<int> total = 0;
//   total = total + 1;          // one read, one write; unordered ones of two goroutines race
//
// Accesses are not scheduling decisions and cost nothing in performance mode. Two of different
// goroutines, at least one of them a write, of which neither happens before the other
// (https://go.dev/ref/mem), are a data race: the verdict `failed: race`.
#pragma once

#include <utility>

#include "heddle/detail/seam.hpp"

namespace heddle {

namespace detail {
// `at` may have no line, as operators have none: then the address that the call returns to tells
// where it stands, so what calls this is inlined into the caller's code.
void plain_access(const void* address, object_id id, bool is_write, place at);
}

template <class T>
class var {
 public:
  using value_type = T;

  var(place at = place::current()) : id_(detail::name_object("var", at)) {}
  var(T initial, place at = place::current())
      : value_(std::move(initial)), id_(detail::name_object("var", at)) {}
  var(const var&) = delete;

  const T& get(place at = place::current()) const {
    touch(false, at);
    return value_;
  }
  void set(T desired, place at = place::current()) {
    touch(true, at);
    value_ = std::move(desired);
  }
  // Reads and writes in place, for containers: shared.with([](auto& list) { list.push_back(1); });
  template <class F>
  decltype(auto) with(F&& f, place at = place::current()) {
    touch(false, at);
    touch(true, at);
    return std::forward<F>(f)(value_);
  }

  [[gnu::always_inline]] operator const T&() const {
    touch(false, nowhere());
    return value_;
  }
  [[gnu::always_inline]] var& operator=(const var& other) {
    other.touch(false, nowhere());
    touch(true, nowhere());
    value_ = other.value_;
    return *this;
  }
  [[gnu::always_inline]] var& operator=(T desired) {
    touch(true, nowhere());
    value_ = std::move(desired);
    return *this;
  }
  [[gnu::always_inline]] var& operator+=(const T& delta) {
    touch(false, nowhere());
    touch(true, nowhere());
    value_ = value_ + delta;
    return *this;
  }
  [[gnu::always_inline]] var& operator-=(const T& delta) {
    touch(false, nowhere());
    touch(true, nowhere());
    value_ = value_ - delta;
    return *this;
  }
  [[gnu::always_inline]] var& operator++() { return *this += T{1}; }
  [[gnu::always_inline]] var& operator--() { return *this -= T{1}; }

 private:
  static constexpr place nowhere() { return place{}; }
  [[gnu::always_inline]] void touch(bool is_write, place at) const {
    if (detail::exploring) [[unlikely]]
      detail::plain_access(this, id_, is_write, at);
  }

  T value_{};
  detail::object_id id_;
};

}  // namespace heddle
