// The commands, each in a file of its own; they return the exit status and throw usage_error.
#pragma once

#include <string>
#include <vector>

#include "command_line.hpp"
#include "heddle/check/check.hpp"

namespace heddle::cli {

int list_models(const command_line& line);
int check_models(const command_line& line);
int replay_model(const command_line& line);
int run_model(const command_line& line);
// Runs the same command in the program that --target names.
int run_target(const command_line& line, const std::vector<std::string>& arguments);

// What to type to see a failure again.
std::vector<std::string> reproducing_commands(const command_line& line, const std::string& model,
                                              const checker::failure& f);

}  // namespace heddle::cli
