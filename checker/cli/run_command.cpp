#include "commands.hpp"
#include "heddle/runtime.hpp"
#include "model_selection.hpp"

namespace heddle::cli {

int run_model(const command_line& line) { return heddle::run(find_model(line.model).body()); }

}  // namespace heddle::cli
