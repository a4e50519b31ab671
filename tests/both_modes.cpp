#include "both_modes.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <exception>

#include "heddle/stats.hpp"

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

heddle::run_options in_order() {
  heddle::run_options options;
  options.make_run_queue = heddle::first_in_first_out;
  return options;
}

void until_blocked(int many) {
  while (std::ranges::count(heddle::goroutines(), heddle::goroutine_status::blocked,
                            &heddle::goroutine_info::status) < many)
    heddle::yield();
}

void in_both_modes(const std::function<void()>& body, const heddle::checker::options& how) {
  for (int procs : {1, 2, 8}) {
    heddle::run_options options;
    options.procs = procs;
    in_performance_mode(body, options);
  }
  const heddle::checker::result found = heddle::checker::check(body, how);
  INFO(found.message << (found.failures.empty() ? "" : found.failures.front().message));
  REQUIRE(found.verdict == heddle::checker::verdict::verified);
}
