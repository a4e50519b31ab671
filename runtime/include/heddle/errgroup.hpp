// errgroup: goroutines that work on one task together, and the first error among theirs
// (https://pkg.go.dev/golang.org/x/sync/errgroup).
//
//   auto [group, ctx] = heddle::errgroup::with_context(parent);
//   for (const url& u : urls)
//     group.go([u, ctx = ctx]() -> heddle::error { return fetch(ctx, u); });
//   if (heddle::error e = group.wait()) report(e);
//
// A function may return an error or nothing. An exception derived from std::exception counts as an
// error with its message; a panic is not caught and ends the program, as in Go.
#pragma once

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "heddle/context.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"

namespace heddle {

namespace detail {

struct errgroup_state;

// The parts of a goroutine's life in a group.
void errgroup_fail(errgroup_state& group, const error& e, place at);
void errgroup_end(errgroup_state& group, place at);

template <class F>
error run_for_error(F& f) {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
      f();
      return {};
    } else {
      return f();
    }
  } catch (const panic&) {
    throw;
  } catch (const std::exception& e) {
    return error(e.what());
  }
}

}  // namespace detail

struct errgroup_with_context;

// A handle that its goroutines share, so it may be moved, and dropped before they end.
class errgroup {
 public:
  explicit errgroup(place at = place::current());
  errgroup(errgroup&&) noexcept = default;
  errgroup& operator=(errgroup&&) noexcept = default;
  ~errgroup() = default;

  // A group with a context that is cancelled at the first error, which becomes its cause, and when
  // wait returns.
  static errgroup_with_context with_context(const context& parent, place at = place::current());

  // Runs `f` in a goroutine; blocks while as many as the limit allows are running.
  template <class F>
  void go(F&& f, place at = place::current()) {
    enter(at);
    start(std::forward<F>(f), at);
  }
  // The same unless it would block; says whether it was started.
  template <class F>
  bool try_go(F&& f, place at = place::current()) {
    if (!try_enter(at)) return false;
    start(std::forward<F>(f), at);
    return true;
  }
  // Lets at most `n` goroutines run at a time; a negative one lifts the limit, none may start with
  // zero. Panics while goroutines of the group run under an earlier limit.
  void set_limit(int n, place at = place::current());
  // Waits for the group's goroutines and returns the first error, nil if there was none.
  error wait(place at = place::current());

 private:
  void enter(place at);
  bool try_enter(place at);

  template <class F>
  void start(F&& f, place at) {
    detail::spawn_bound(at, [group = state_, at, f = std::forward<F>(f)]() mutable {
      defer ended([&] { detail::errgroup_end(*group, at); });
      if (error e = detail::run_for_error(f)) detail::errgroup_fail(*group, e, at);
    });
  }

  std::shared_ptr<detail::errgroup_state> state_;
};

struct errgroup_with_context {
  errgroup group;
  context ctx;
};

}  // namespace heddle
