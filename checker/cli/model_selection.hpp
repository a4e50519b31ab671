// Which models a command is about.
#pragma once

#include <string>
#include <vector>

#include "heddle/model.hpp"

namespace heddle::cli {

// Those that a filter names: a model, a group or a glob; all of them without filters. Throws
// usage_error when a filter names none.
std::vector<const model*> select_models(const std::vector<std::string>& filters);

// What is explored: the same, but without filters the large models are left out. Throws usage_error
// when that leaves none.
std::vector<const model*> select_models_to_check(const std::vector<std::string>& filters);

// The model with this name. Throws usage_error when there is none.
const model& find_model(const std::string& name);

std::string to_string(expected e);

}  // namespace heddle::cli
