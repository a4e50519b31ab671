// The JSON report, and results as JSON between processes.
//
// One encoding serves both: what a worker process sends is what the report of its model holds, but
// for "peak_memory_mb": the memory of a process is known once it has ended. It is the most that the
// worker ever held in RAM at a time (its stacks, its search, the executable), in MiB.
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "model_report.hpp"

namespace heddle::report {

// The whole document, schema_version 1.
std::string to_json(std::span<const model_report> models, int exit_status);

std::string encode(const checker::result& r);
// REQUIRES: made by encode() of the same program.
checker::result decode(std::string_view text);

struct bad_report : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The schedule of the first failure of `model` in a document made by to_json(). Throws bad_report,
// one sentence, when there is none.
std::string failure_schedule(std::string_view document, std::string_view model);

}  // namespace heddle::report
