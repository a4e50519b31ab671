// Running a test's body under the two schedulers. A body states its claims with heddle::check,
// which fails the test in either mode.
#pragma once

#include <functional>

#include "heddle/check/check.hpp"
#include "heddle/runtime.hpp"

// Performance mode. What leaves the body, run as the main goroutine, leaves this function.
void in_performance_mode(const std::function<void()>& body,
                         const heddle::run_options& options = {});

// Options for a body that depends on who runs first: one worker, first in first out.
heddle::run_options in_order();

// In performance mode: returns once as many goroutines are blocked, on whichever workers.
void until_blocked(int many);

// Performance mode on 1, 2 and 8 workers, and then every interleaving: the verdict must be verified.
void in_both_modes(const std::function<void()>& body, const heddle::checker::options& how = {});
