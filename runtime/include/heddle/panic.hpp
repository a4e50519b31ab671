// Panics: what the runtime throws when the API is misused, and what a program throws itself.
//
//   if (auto p = heddle::catch_panic([&] { c.close(); })) std::puts(p->what());   // recover
//   heddle::defer done([&] { wg.done(); });                                        // defer
//   throw heddle::panic("no route to host");                                       // panic
//
// A panic that nobody catches ends the program with status 2 and names the goroutine, where it was
// created and what it was doing (https://go.dev/ref/spec#Handling_panics). Any other exception that
// leaves a goroutine is treated the same way.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "heddle/place.hpp"

namespace heddle {

// Why a panic was raised; a verdict of exploration mode says `panic`, `assertion` or `misuse`.
enum class panic_kind { panic, assertion, misuse };

class panic : public std::runtime_error {
 public:
  explicit panic(const std::string& message, place at = place::current())
      : panic(panic_kind::panic, message, at) {}
  panic(panic_kind kind, const std::string& message, place at)
      : std::runtime_error(message), kind_(kind), at_(at) {}

  panic_kind kind() const noexcept { return kind_; }
  place at() const noexcept { return at_; }

 private:
  panic_kind kind_;
  place at_;
};

// Runs `f` and returns the panic that left it, if one did: Go's recover. Other exceptions pass.
template <class F>
std::optional<panic> catch_panic(F&& f) {
  try {
    std::forward<F>(f)();
  } catch (const panic& caught) {
    return caught;
  }
  return std::nullopt;
}

// Runs a function when the scope ends, however it ends: Go's defer, per scope instead of per
// function. The function may block. A panic from it passes on, unless the scope ends by a panic.
template <class F>
class [[nodiscard]] defer {
 public:
  explicit defer(F f) : f_(std::move(f)) {}
  defer(const defer&) = delete;
  defer& operator=(const defer&) = delete;
  ~defer() noexcept(false) { f_(); }

 private:
  F f_;
};

// Checks a claim. A false one is reported as a failed assertion with `message`: in exploration
// mode it is the verdict `failed: assertion`, and in both modes it raises a panic.
void check(bool claim, const std::string& message, place at = place::current());
void check(bool claim, place at = place::current());

// A value in 0..n-1. Exploration mode explores every one; performance mode draws one at random.
// Panics unless n > 0.
int choose(int n, place at = place::current());

}  // namespace heddle
