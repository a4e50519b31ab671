// How `heddle` ends: SPEC section 5.
#pragma once

#include <stdexcept>

namespace heddle::cli {

enum exit_status : int {
  as_expected = 0,
  failure_found = 1,  // or an expected one not found
  bad_usage = 2,      // or bad input
  incomplete = 3,     // the exhaustive search was cut with nothing found
  internal_error = 4,
  signalled = 128,  // and the signal's number
};

// What the user got wrong, in one sentence: printed, and the exit status is 2.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace heddle::cli
