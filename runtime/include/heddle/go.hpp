// Goroutines: functions that run concurrently, each on a stack of its own.
//
//   heddle::go(worker, 3);                                  // go worker(3)
//   heddle::go([=] { results.send(work()); });
//   heddle::go(heddle::named("reader"), read_all, input);   // shown by this name in every report
//
// Arguments are copied or moved into the goroutine, as std::thread does; use std::ref for a
// reference, and mind that it must outlive the goroutine. When the function that `run` was given
// returns, the program's other goroutines are not waited for (https://go.dev/ref/spec#Go_statements).
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "heddle/detail/seam.hpp"
#include "heddle/place.hpp"

namespace heddle {

// How a goroutine is made. `stack_bytes` is reserved, not committed; 0 means the default, 256 KiB.
struct go_options {
  std::string name;
  std::size_t stack_bytes = 0;
  place at;
};

// Options that give a goroutine a name, and optionally a larger stack.
inline go_options named(std::string_view name, std::size_t stack_bytes = 0,
                        place at = place::current()) {
  return {std::string(name), stack_bytes, at};
}

namespace detail {

// A goroutine's function with its arguments bound.
class task {
 public:
  virtual ~task() = default;
  virtual void run() = 0;
};

template <class F, class... Args>
class bound_task final : public task {
 public:
  template <class G, class... Bs>
  explicit bound_task(G&& f, Bs&&... args) noexcept(
      std::is_nothrow_constructible_v<F, G> && (std::is_nothrow_constructible_v<Args, Bs> && ...))
      : f_(std::forward<G>(f)), args_(std::forward<Bs>(args)...) {}
  void run() override { std::apply(std::move(f_), std::move(args_)); }

 private:
  F f_;
  std::tuple<Args...> args_;
};

void spawn(std::unique_ptr<task> work, const go_options& options);
// Without options, by no more than a call; the task is the runtime's from then on.
void spawn(task* work, place at);

// Performance mode's way, in three steps, so that a small task needs no allocation: a goroutine
// that does not run yet, with room for inline_task_bytes; its task is made there; it is started,
// or dropped if making the task threw.
class new_goroutine;
inline constexpr std::size_t inline_task_bytes = 80;
struct spawning {
  new_goroutine* made;
  void* task_storage;
};
spawning prepare_goroutine(place at);  // panics outside of a goroutine
void start_goroutine(new_goroutine* g, task* work) noexcept;
void drop_goroutine(new_goroutine* g) noexcept;

template <class Bound>
concept stored_inline = sizeof(Bound) <= inline_task_bytes && alignof(Bound) <= alignof(void*);

template <class F, class... Args>
void spawn_bound(const go_options& options, F&& f, Args&&... args) {
  using bound = bound_task<std::decay_t<F>, std::decay_t<Args>...>;
  spawn(std::make_unique<bound>(std::forward<F>(f), std::forward<Args>(args)...), options);
}

template <class F, class... Args>
void spawn_bound(place at, F&& f, Args&&... args) {
  using bound = bound_task<std::decay_t<F>, std::decay_t<Args>...>;
  if constexpr (stored_inline<bound>) {
    if (!exploring) [[likely]] {
      const spawning s = prepare_goroutine(at);
      task* work = nullptr;
      if constexpr (std::is_nothrow_constructible_v<bound, F, Args...>) {
        work = new (s.task_storage) bound(std::forward<F>(f), std::forward<Args>(args)...);
      } else {
        try {
          work = new (s.task_storage) bound(std::forward<F>(f), std::forward<Args>(args)...);
        } catch (...) {
          drop_goroutine(s.made);
          throw;
        }
      }
      start_goroutine(s.made, work);
      return;
    }
  }
  spawn(new bound(std::forward<F>(f), std::forward<Args>(args)...), at);
}

template <class F>
concept goroutine_function =
    !std::is_same_v<std::decay_t<F>, go_options> && !std::is_same_v<std::decay_t<F>, place>;

}  // namespace detail

// Starts a goroutine with options. Panics outside `run` and outside a model.
template <class F, class... Args>
void go(const go_options& options, F&& f, Args&&... args) {
  detail::spawn_bound(options, std::forward<F>(f), std::forward<Args>(args)...);
}

// Starts a goroutine that runs f(args...). One overload for each number of arguments, since a
// defaulted place cannot follow a pack; more than five arguments go into a lambda.
template <detail::goroutine_function F>
void go(F&& f, place at = place::current()) {
  detail::spawn_bound(at, std::forward<F>(f));
}
template <detail::goroutine_function F, class A>
  requires std::invocable<std::decay_t<F>, std::decay_t<A>>
void go(F&& f, A&& a, place at = place::current()) {
  detail::spawn_bound(at, std::forward<F>(f), std::forward<A>(a));
}
template <detail::goroutine_function F, class A, class B>
  requires std::invocable<std::decay_t<F>, std::decay_t<A>, std::decay_t<B>>
void go(F&& f, A&& a, B&& b, place at = place::current()) {
  detail::spawn_bound(at, std::forward<F>(f), std::forward<A>(a), std::forward<B>(b));
}
template <detail::goroutine_function F, class A, class B, class C>
  requires std::invocable<std::decay_t<F>, std::decay_t<A>, std::decay_t<B>, std::decay_t<C>>
void go(F&& f, A&& a, B&& b, C&& c, place at = place::current()) {
  detail::spawn_bound(at, std::forward<F>(f), std::forward<A>(a), std::forward<B>(b),
                      std::forward<C>(c));
}
template <detail::goroutine_function F, class A, class B, class C, class D>
  requires std::invocable<std::decay_t<F>, std::decay_t<A>, std::decay_t<B>, std::decay_t<C>,
                          std::decay_t<D>>
void go(F&& f, A&& a, B&& b, C&& c, D&& d, place at = place::current()) {
  detail::spawn_bound(at, std::forward<F>(f), std::forward<A>(a), std::forward<B>(b),
                      std::forward<C>(c), std::forward<D>(d));
}
template <detail::goroutine_function F, class A, class B, class C, class D, class E>
  requires std::invocable<std::decay_t<F>, std::decay_t<A>, std::decay_t<B>, std::decay_t<C>,
                          std::decay_t<D>, std::decay_t<E>>
void go(F&& f, A&& a, B&& b, C&& c, D&& d, E&& e, place at = place::current()) {
  detail::spawn_bound(at, std::forward<F>(f), std::forward<A>(a), std::forward<B>(b),
                      std::forward<C>(c), std::forward<D>(d), std::forward<E>(e));
}

}  // namespace heddle
