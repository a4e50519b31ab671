// A plain shared variable whose reads and writes exploration mode sees.
//
//   heddle::var<int> total = 0;
//   total = total + 1;          // one read, one write; unordered ones of two goroutines race
//
// Accesses are not scheduling decisions and cost nothing in performance mode.
#pragma once

#include <utility>

#include "heddle/detail/seam.hpp"

namespace heddle {

namespace detail {
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
  var& operator=(const var& other) { return *this = other.get(); }

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

  operator const T&() const { return get(); }
  var& operator=(T desired) {
    set(std::move(desired));
    return *this;
  }
  var& operator+=(const T& delta) { return *this = get() + delta; }
  var& operator-=(const T& delta) { return *this = get() - delta; }
  var& operator++() { return *this += T{1}; }
  var& operator--() { return *this -= T{1}; }

 private:
  void touch(bool is_write, place at) const {
    if (detail::exploring) [[unlikely]]
      detail::plain_access(this, id_, is_write, at);
  }

  T value_{};
  detail::object_id id_;
};

}  // namespace heddle
