// select: waits for several channel operations and runs one that is ready
// (https://go.dev/ref/spec#Select_statements).
//
//   switch (heddle::select(heddle::recv(a, [](std::optional<int> v) { use(v); }),
//                          heddle::send(b, 42),
//                          heddle::otherwise([] { idle(); }))) {
//     case 0: ...  // the handler has run already; the index says which case it was
//   }
//
// A receive case takes a handler, called with the optional value or with nothing, or a place for
// the value: a T& (left alone when the channel is closed and drained) or a std::optional<T>&. The
// values of send cases are evaluated when the case is written. Among several ready cases
// performance mode chooses fairly and exploration mode explores every one. A case on the nil
// channel is never ready. `otherwise` runs when no case is ready.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/panic.hpp"

namespace heddle {

namespace detail {

struct ignore_value {
  void operator()() const noexcept {}
};

template <class T, class Sink>
void deliver(Sink& sink, std::optional<T> value) {
  if constexpr (std::is_same_v<std::remove_cvref_t<Sink>, std::optional<T>>) {
    sink.reset();
    if (value) sink.emplace(std::move(*value));
  } else if constexpr (std::is_same_v<std::remove_cvref_t<Sink>, T>) {
    if (value) sink = std::move(*value);
  } else if constexpr (std::is_invocable_v<Sink&, std::optional<T>>) {
    sink(std::move(value));
  } else {
    static_assert(std::is_invocable_v<Sink&>, "a receive case takes a handler or a place");
    sink();
  }
}

// The channel of a case: a handle where the case was written with a temporary or is kept in a list,
// else only a pointer, since the handle that it was written with outlasts the select.
class borrowed_channel {
 public:
  explicit borrowed_channel(const channel_handle& owner) noexcept : c_(owner.get()) {}
  channel* get() const noexcept { return c_; }
  channel_handle owned() const noexcept {
    retain(c_);
    return channel_handle(c_);
  }

 private:
  channel* c_;
};
class owned_channel {
 public:
  explicit owned_channel(channel_handle owner) noexcept : handle_(std::move(owner)) {}
  channel* get() const noexcept { return handle_.get(); }
  channel_handle owned() const noexcept { return handle_; }

 private:
  channel_handle handle_;
};
template <class Channel>  // as a forwarding reference deduces it
using case_channel =
    std::conditional_t<std::is_lvalue_reference_v<Channel>, borrowed_channel, owned_channel>;
template <class Channel>
using value_type_of = typename std::remove_cvref_t<Channel>::value_type;

template <class T, class Sink, class Holder>
class recv_case {
 public:
  recv_case(Holder c, Sink sink) : c_(std::move(c)), sink_(std::forward<Sink>(sink)) {}
  bool unready() const noexcept { return c_.get() == nullptr || c_.get()->cannot_recv(); }
  void prepare(select_case& out, place) { out = {c_.get(), false, value_.storage(), false}; }
  void finish(const select_case& ran) {
    value_.full = ran.received;
    deliver<T>(sink_, value_.take());
  }
  auto kept() && {
    return recv_case<T, Sink, owned_channel>(owned_channel(c_.owned()), std::forward<Sink>(sink_));
  }
  static constexpr bool is_otherwise = false;

 private:
  Holder c_;
  Sink sink_;
  received_value<T> value_;
};

// Whether a value can be copied. A container says so of itself whatever it holds.
template <class T>
constexpr bool is_copied = std::is_copy_constructible_v<T>;
template <class T>
  requires requires { typename T::allocator_type; typename T::value_type; }
constexpr bool is_copied<T> = std::is_copy_constructible_v<T> && is_copied<typename T::value_type>;

// In a list, which may run again: what is sent is a copy.
template <class T, class Handler>
class listed_send_case {
 public:
  listed_send_case(owned_channel c, T value, Handler handler)
      : c_(std::move(c)), value_(std::move(value)), handler_(std::forward<Handler>(handler)) {}
  void prepare(select_case& out, place at) {
    if constexpr (is_copied<T>) {
      if (!copy_) copy_.emplace(value_);
      out = {c_.get(), true, &*copy_, false};
    } else {
      if (sent_)
        throw panic(panic_kind::panic,
                    "a select_list ran again after it had sent a value that cannot be copied", at);
      out = {c_.get(), true, &value_, false};
    }
  }
  void finish(const select_case&) {
    copy_.reset();
    sent_ = true;
    handler_();
  }
  static constexpr bool is_otherwise = false;

 private:
  owned_channel c_;
  T value_;
  std::optional<std::conditional_t<is_copied<T>, T, std::monostate>> copy_;  // what is sent next
  bool sent_ = false;
  Handler handler_;
};

template <class T, class Handler, class Holder>
class send_case {
 public:
  send_case(Holder c, T value, Handler handler)
      : c_(std::move(c)), value_(std::move(value)), handler_(std::forward<Handler>(handler)) {}
  bool unready() const noexcept { return c_.get() == nullptr || c_.get()->cannot_send(); }
  void prepare(select_case& out, place) { out = {c_.get(), true, &value_, false}; }
  void finish(const select_case&) { handler_(); }
  auto kept() && {
    return listed_send_case<T, Handler>(owned_channel(c_.owned()), std::move(value_),
                                        std::forward<Handler>(handler_));
  }
  static constexpr bool is_otherwise = false;

 private:
  Holder c_;
  T value_;
  Handler handler_;
};

template <class Handler>
class otherwise_case {
 public:
  explicit otherwise_case(Handler handler) : handler_(std::forward<Handler>(handler)) {}
  bool unready() const noexcept { return true; }
  void prepare(select_case&, place) {}
  void finish(const select_case&) { handler_(); }
  otherwise_case kept() && { return std::move(*this); }
  static constexpr bool is_otherwise = true;

 private:
  Handler handler_;
};

}  // namespace detail

template <class Channel, class Sink>
auto recv(Channel&& c, Sink&& sink) {
  using holder = detail::case_channel<Channel>;
  return detail::recv_case<detail::value_type_of<Channel>, Sink, holder>(
      holder(c.handle()), std::forward<Sink>(sink));
}
template <class Channel>
auto recv(Channel&& c) {
  return recv(std::forward<Channel>(c), detail::ignore_value{});
}

template <class Channel, class Handler = detail::ignore_value>
auto send(Channel&& c, detail::value_type_of<Channel> value, Handler&& handler = {}) {
  using holder = detail::case_channel<Channel>;
  return detail::send_case<detail::value_type_of<Channel>, Handler, holder>(
      holder(c.handle()), std::move(value), std::forward<Handler>(handler));
}

template <class Handler = detail::ignore_value>
auto otherwise(Handler&& handler = {}) {
  return detail::otherwise_case<Handler>(std::forward<Handler>(handler));
}

namespace detail {

template <class... Cases>
int run_otherwise(Cases&... cases) {
  int position = 0;
  int ran = 0;
  auto finish = [&](auto& one) {
    if constexpr (std::remove_reference_t<decltype(one)>::is_otherwise) {
      one.finish({});
      ran = position;
    }
    ++position;
  };
  (finish(cases), ...);
  return ran;
}

// Runs the cases behind `prepare` and `finish` and returns the index of the one that ran.
// The otherwise case has no slot among the channel cases; `positions` maps back.
template <class... Cases>
int run_select(place at, Cases&... cases) {
  constexpr std::size_t n = sizeof...(Cases);
  constexpr std::size_t otherwise_cases = (std::size_t{0} + ... + (Cases::is_otherwise ? 1 : 0));
  static_assert(otherwise_cases <= 1, "a select has at most one otherwise");
  if constexpr (otherwise_cases == 1)
    // Polling is inline: in performance mode a look without a lock suffices where nothing is ready.
    if (!exploring && (cases.unready() && ...)) return run_otherwise(cases...);
  std::array<select_case, n + 1> slots;
  std::array<int, n + 1> positions{};
  std::size_t used = 0;
  int otherwise_position = -1;
  int position = 0;
  auto prepare = [&](auto& one) {
    if constexpr (std::remove_reference_t<decltype(one)>::is_otherwise) {
      otherwise_position = position;
    } else {
      one.prepare(slots[used], at);
      positions[used++] = position;
    }
    ++position;
  };
  (prepare(cases), ...);
  const int slot = select_cases(std::span(slots.data(), used), otherwise_cases == 1, at);
  const int ran = slot < 0 ? otherwise_position : positions[static_cast<std::size_t>(slot)];
  const select_case outcome = slot < 0 ? select_case{} : slots[static_cast<std::size_t>(slot)];
  position = 0;
  auto finish = [&](auto& one) {
    if (position++ == ran) one.finish(outcome);
  };
  (finish(cases), ...);
  return ran;
}

}  // namespace detail

// Runs one ready case and its handler; returns the index of the case, counted from 0 in the order
// written. With no cases it blocks for ever. One overload for each number of cases up to eight,
// since a defaulted place cannot follow a pack; more cases go into a select_list.
inline void select(place at = place::current()) { detail::select_cases({}, false, at); }
template <class A>
int select(A a, place at = place::current()) {
  return detail::run_select(at, a);
}
template <class A, class B>
int select(A a, B b, place at = place::current()) {
  return detail::run_select(at, a, b);
}
template <class A, class B, class C>
int select(A a, B b, C c, place at = place::current()) {
  return detail::run_select(at, a, b, c);
}
template <class A, class B, class C, class D>
int select(A a, B b, C c, D d, place at = place::current()) {
  return detail::run_select(at, a, b, c, d);
}
template <class A, class B, class C, class D, class E>
int select(A a, B b, C c, D d, E e, place at = place::current()) {
  return detail::run_select(at, a, b, c, d, e);
}
template <class A, class B, class C, class D, class E, class F>
int select(A a, B b, C c, D d, E e, F f, place at = place::current()) {
  return detail::run_select(at, a, b, c, d, e, f);
}
template <class A, class B, class C, class D, class E, class F, class G>
int select(A a, B b, C c, D d, E e, F f, G g, place at = place::current()) {
  return detail::run_select(at, a, b, c, d, e, f, g);
}
template <class A, class B, class C, class D, class E, class F, class G, class H>
int select(A a, B b, C c, D d, E e, F f, G g, H h, place at = place::current()) {
  return detail::run_select(at, a, b, c, d, e, f, g, h);
}

// A run-time list of cases, after Go's reflect.Select.
//
//   heddle::select_list cases;
//   for (auto& c : inputs) cases.add(heddle::recv(c, handle));
//   int ran = cases.run();
//
// It may run any number of times. Each run that sends sends a copy of the case's value; one that
// cannot be copied is sent once, and any run after that panics.
class select_list {
 public:
  template <class Case>
  select_list& add(Case one) {
    using kept = decltype(std::move(one).kept());
    cases_.push_back(std::make_unique<holder<kept>>(std::move(one).kept()));
    return *this;
  }
  std::size_t size() const noexcept { return cases_.size(); }

  // Runs one ready case and its handler; returns its index. Panics if two cases are `otherwise`.
  int run(place at = place::current());

 private:
  struct any_case {
    virtual ~any_case() = default;
    virtual bool is_otherwise() const = 0;
    virtual void prepare(detail::select_case& out, place at) = 0;
    virtual void finish(const detail::select_case& ran) = 0;
  };
  template <class Case>
  struct holder final : any_case {
    explicit holder(Case one) : held(std::move(one)) {}
    bool is_otherwise() const override { return Case::is_otherwise; }
    void prepare(detail::select_case& out, place at) override { held.prepare(out, at); }
    void finish(const detail::select_case& ran) override { held.finish(ran); }
    Case held;
  };
  std::vector<std::unique_ptr<any_case>> cases_;
};

// Inline, since the cases are the program's own code.
inline int select_list::run(place at) {
  std::vector<detail::select_case> slots;
  std::vector<int> positions;
  int otherwise_position = -1;
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    if (cases_[i]->is_otherwise()) {
      if (otherwise_position >= 0)
        throw panic(panic_kind::panic, "a select has two otherwise cases", at);
      otherwise_position = static_cast<int>(i);
    } else {
      cases_[i]->prepare(slots.emplace_back(), at);
      positions.push_back(static_cast<int>(i));
    }
  }
  const int slot = detail::select_cases(slots, otherwise_position >= 0, at);
  const int ran = slot < 0 ? otherwise_position : positions[static_cast<std::size_t>(slot)];
  const detail::select_case outcome =
      slot < 0 ? detail::select_case{} : slots[static_cast<std::size_t>(slot)];
  cases_[static_cast<std::size_t>(ran)]->finish(outcome);
  return ran;
}

}  // namespace heddle
