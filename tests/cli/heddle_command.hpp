// Running the real executable.
#pragma once

#include <string>
#include <vector>

struct command_outcome {
  int status = -1;  // the exit status; 128 and more for a signal
  std::string output;
  std::string errors;
};

// Runs a program in the directory `in`; an empty one is the current one.
command_outcome run_program(const std::vector<std::string>& words, const std::string& in = "");
// `heddle`, and the program with the models of target_models.cpp.
command_outcome heddle_command(std::vector<std::string> arguments, const std::string& in = "");
command_outcome target_command(std::vector<std::string> arguments, const std::string& in = "");

// A new directory, gone with what is in it at the end of the scope.
class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  const std::string& path() const { return path_; }
  std::size_t entries() const;

 private:
  std::string path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);
std::size_t count_lines(const std::string& text);
