#include "both_modes.hpp"

#include <catch2/catch.hpp>
#include <exception>

void in_performance_mode(const std::function<void()>& body, const heddle::run_options& options) {
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

void in_both_modes(const std::function<void()>& body, const heddle::checker::options& how) {
  in_performance_mode(body);
  const heddle::checker::result found = heddle::checker::check(body, how);
  INFO(found.message << (found.failures.empty() ? "" : found.failures.front().message));
  REQUIRE(found.verdict == heddle::checker::verdict::verified);
}
