// Whether a model was found to be what it declares, and the exit status of it all.
#pragma once

#include <span>

#include "command_line.hpp"
#include "heddle/model.hpp"
#include "model_report.hpp"

namespace heddle::cli {

report::model_report judge(const model& m, checker::result found, const command_line& line);

int exit_status_of(std::span<const report::model_report> models);

}  // namespace heddle::cli
