// How a model is explored: the command line first, then what the model asks for.
#pragma once

#include "command_line.hpp"
#include "heddle/check/check.hpp"
#include "heddle/model.hpp"

namespace heddle::cli {

// Throws usage_error where the two contradict each other.
checker::options options_for(const model& m, const command_line& line);

}  // namespace heddle::cli
