// Checkpoints: what a search has counted and what is left of it, in a file that is whole at any
// moment, whoever is killed.
#pragma once

#include <string>

#include "isolation.hpp"
#include "model_search.hpp"

namespace heddle::cli {

// The file's text. It holds which program, model and meaning of the search it is of.
std::string checkpoint_of(const isolated_run& run, const model_search& search);

// Lets the search go on from the file. Throws usage_error: one sentence on why it cannot.
void resume(const std::string& path, const isolated_run& run, model_search& search);

// Throws usage_error if a checkpoint may not be written to `path` since something else is there: a
// search that is not over, or no checkpoint at all.
void refuse_to_replace(const std::string& path);

}  // namespace heddle::cli
