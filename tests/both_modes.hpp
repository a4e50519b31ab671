// Running a test's body under the two schedulers. A body states its claims with heddle::check,
// which fails the test in either mode, on whichever goroutine it stands.
#pragma once

#include <catch2/catch.hpp>
#include <exception>
#include <functional>

#include "heddle/check/check.hpp"
#include "heddle/runtime.hpp"

// Performance mode. What leaves the body leaves this function.
inline void in_performance_mode(const std::function<void()>& body,
                                const heddle::run_options& options = {}) {
  std::exception_ptr failure;
  const int status = heddle::run(
      [&] {
        try {
          body();
        } catch (...) {
          failure = std::current_exception();
        }
      },
      options);
  if (failure) std::rethrow_exception(failure);
  REQUIRE(status == 0);
}

// Performance mode, and then every interleaving.
inline void in_both_modes(const std::function<void()>& body) {
  in_performance_mode(body);
  const heddle::check::result found = heddle::check::check(body);
  INFO(found.message << (found.failures.empty() ? "" : found.failures.front().message));
  REQUIRE(found.verdict == heddle::check::verdict::verified);
}
