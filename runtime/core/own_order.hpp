// An order of its own, for ThreadSanitizer: what is done in such a scope comes after what its maker
// did before, and what is acquired in it is not acquired by the maker. Nothing in other builds.
// REQUIRES: no switch of goroutines in the scope.
#pragma once

#include "context_switch.hpp"

namespace heddle::core {

#ifdef HEDDLE_TELLS_THREAD_SANITIZER
inline constexpr bool order_is_told = true;

class own_order {
 public:
  own_order() noexcept;
  own_order(const own_order&) = delete;
  own_order& operator=(const own_order&) = delete;
  ~own_order();

 private:
  void* maker_;
  void* own_;
};
#else
inline constexpr bool order_is_told = false;

struct own_order {
  own_order() noexcept {}
};
#endif

}  // namespace heddle::core
