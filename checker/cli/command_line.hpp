// The command line as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heddle::cli {

enum class command { show_text, list, check, replay, run };

struct command_line {
  cli::command command = command::show_text;
  std::string text;  // of show_text: help or the version

  std::string program;               // as it was called
  std::string compiled_from;         // the source that --target compiled this program from
  std::vector<std::string> filters;  // of list and check
  std::string model;                 // of replay and run
  std::string target;
  bool instrument = true;            // compile a .cpp target for checking

  std::optional<std::string> strategy;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> pct_depth;
  std::optional<std::string> time;  // "free" or "idle"
  std::optional<std::uint64_t> max_executions;
  std::optional<unsigned> preemptions;
  std::optional<std::uint64_t> max_steps;
  std::optional<double> max_seconds;
  double hang_seconds = 10;
  std::uint64_t jobs = 1;
  bool keep_going = false;
  bool allow_incomplete = false;
  std::string checkpoint;  // files, or empty
  std::string resume;
  bool count_traces = false;
  bool estimate = false;
  std::string json;  // a file, "-", or empty

  std::string schedule;  // of replay
  std::string file;
};

// Throws usage_error.
command_line parse(int argc, const char* const* argv);
// Throws usage_error for an option whose value is empty, as an unset variable in a script leaves it.
void refuse_empty_values(int argc, const char* const* argv);

// The arguments without --target, for the program that it names.
std::vector<std::string> arguments_without_target(int argc, const char* const* argv);

}  // namespace heddle::cli
