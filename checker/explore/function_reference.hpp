// A reference to something that can be called: a function parameter that allocates nothing.
#pragma once

#include <type_traits>
#include <utility>

namespace heddle::explore {

template <class Signature>
class function_reference;

// Refers to a callable that outlives it.
template <class Result, class... Args>
class function_reference<Result(Args...)> {
 public:
  template <class F>
    requires(!std::is_same_v<std::decay_t<F>, function_reference>)
  function_reference(F&& f)
      : callable_(const_cast<void*>(static_cast<const void*>(&f))),
        call_([](void* callable, Args... args) -> Result {
          return (*static_cast<std::remove_reference_t<F>*>(callable))(
              std::forward<Args>(args)...);
        }) {}
  // Refers to nothing yet: may be assigned to, not called.
  static function_reference none() { return function_reference(); }

  Result operator()(Args... args) const { return call_(callable_, std::forward<Args>(args)...); }

 private:
  function_reference() = default;
  void* callable_ = nullptr;
  Result (*call_)(void*, Args...) = nullptr;
};

}  // namespace heddle::explore
