// Contexts: deadlines, cancellation and request-scoped values that cross goroutines, with the
// meaning of Go's package context (https://pkg.go.dev/context).
//
//   auto [ctx, cancel] = heddle::context::with_timeout(heddle::context::background(), 50ms);
//   heddle::defer release([&] { cancel(); });       // always cancel: it stops the timer
//   heddle::go(worker, ctx, results);
//   heddle::select(heddle::recv(results, use),
//                  heddle::recv(ctx.done(), [&] { log(ctx.err().message()); }));
//
//   inline const heddle::context_key<std::string> user;            // a key is an object
//   heddle::context request = heddle::context::with_value(ctx, user, "ada");
//   if (const std::string* name = request.value(user)) greet(*name);
//
// A context is a handle: cheap to copy, safe to share. Contexts form a tree; cancelling one cancels
// all that were derived from it before cancel returns, and each closes its done channel. A
// default-constructed context is the background.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "heddle/chan.hpp"
#include "heddle/error.hpp"
#include "heddle/time.hpp"

namespace heddle {

namespace detail {
struct context_frame;
struct cancel_target;
using cancel_handle = std::shared_ptr<const cancel_target>;
}  // namespace detail

// A key for a value of type T in a context. Keys are told apart by address: make them static.
template <class T>
class context_key {
 public:
  context_key() noexcept {}
  context_key(const context_key&) = delete;
  context_key& operator=(const context_key&) = delete;
};

// Cancels a context with context::canceled. The first call counts, later ones do nothing.
class cancel_function {
 public:
  explicit cancel_function(detail::cancel_handle target) noexcept : target_(std::move(target)) {}
  void operator()(place at = place::current()) const;

 private:
  detail::cancel_handle target_;
};

// The same with a cause, which context::cause() then returns; a nil one stands for canceled.
class cancel_cause_function {
 public:
  explicit cancel_cause_function(detail::cancel_handle target) noexcept
      : target_(std::move(target)) {}
  void operator()(const error& cause, place at = place::current()) const;

 private:
  detail::cancel_handle target_;
};

// Takes back an after_func. Returns whether it kept the function from being started.
class stop_function {
 public:
  explicit stop_function(detail::cancel_handle target) noexcept : target_(std::move(target)) {}
  bool operator()(place at = place::current()) const;

 private:
  detail::cancel_handle target_;
};

struct context_with_cancel;
struct context_with_cancel_cause;

class context {
 public:
  static inline const error canceled{"context canceled"};
  static inline const error deadline_exceeded{"context deadline exceeded"};

  context() = default;
  // Never cancelled, without values or a deadline: the root of every tree.
  static context background() noexcept { return {}; }

  // A child that is cancelled by its cancel function or with its parent, whichever comes first.
  static context_with_cancel with_cancel(const context& parent, place at = place::current());
  static context_with_cancel_cause with_cancel_cause(const context& parent,
                                                     place at = place::current());

  // Also cancelled, with deadline_exceeded, at `when` or after `d`. A deadline that has passed
  // cancels at once; one later than the parent's changes nothing. `cause` is the cause of that
  // cancellation, not of a call of the cancel function.
  static context_with_cancel with_deadline(const context& parent, time_point when,
                                           place at = place::current());
  static context_with_cancel with_deadline_cause(const context& parent, time_point when,
                                                 const error& cause, place at = place::current());
  static context_with_cancel with_timeout(const context& parent, duration d,
                                          place at = place::current());
  static context_with_cancel with_timeout_cause(const context& parent, duration d,
                                                const error& cause, place at = place::current());

  // The parent with one more value.
  template <class T>
  static context with_value(const context& parent, const context_key<T>& key,
                            std::type_identity_t<T> value) {
    return with_erased_value(parent, &key, std::make_shared<const T>(std::move(value)));
  }
  // The parent's values without its cancellation and deadline.
  static context without_cancel(const context& parent);

  // Runs `f` in a goroutine of its own once `ctx` is cancelled; at once if it is already. An `f`
  // that holds `ctx` keeps it alive until it is started or stopped.
  static stop_function after_func(const context& ctx, std::function<void()> f,
                                  place at = place::current());

  // Closed when the context is cancelled; the nil channel if that can never be.
  recv_chan<std::monostate> done() const;
  // Nil until done() is closed, then canceled or deadline_exceeded.
  error err(place at = place::current()) const;
  // Why it was cancelled: the cause that was given, of this context or the ancestor that was
  // cancelled, else err().
  error cause(place at = place::current()) const;
  // When the context will be cancelled at the latest, if there is a deadline.
  std::optional<time_point> deadline() const;
  // The value of the nearest with_value with this key, or null. Lives as long as this context.
  template <class T>
  const T* value(const context_key<T>& key) const {
    return static_cast<const T*>(erased_value(&key));
  }

 private:
  explicit context(std::shared_ptr<const detail::context_frame> frame) noexcept
      : frame_(std::move(frame)) {}
  static context_with_cancel limited(const context& parent, time_point when, duration remaining,
                                     const error& cause, place at);
  static context with_erased_value(const context& parent, const void* key,
                                   std::shared_ptr<const void> value);
  const void* erased_value(const void* key) const;

  std::shared_ptr<const detail::context_frame> frame_;
};

// What the functions that derive contexts return: `auto [ctx, cancel] = ...`.
struct context_with_cancel {
  context ctx;
  cancel_function cancel;
};
struct context_with_cancel_cause {
  context ctx;
  cancel_cause_function cancel;
};

}  // namespace heddle
