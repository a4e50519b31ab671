// What a report says of one model: the values that every format is made from.
#pragma once

#include <string>

#include "heddle/check/check.hpp"

namespace heddle::report {

struct model_report {
  std::string name;
  std::string expected;  // "verified", "passed", or a failure kind
  bool as_expected = false;
  std::string remark;  // why it is not, where the verdict does not say it
  checker::result found;
};

// The model was not explored, so that nothing is known of its verdict.
inline bool only_estimated(const checker::result& r) { return r.stopped_by == "estimate"; }

}  // namespace heddle::report
