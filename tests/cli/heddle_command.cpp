#include "heddle_command.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

command_outcome run_program(const std::vector<std::string>& words, const std::string& in) {
  const scratch_directory place;
  const std::string output = place.path() + "/output";
  const std::string errors = place.path() + "/errors";
  const pid_t child = fork();
  if (child == 0) {
    if (!in.empty() && chdir(in.c_str()) != 0) _exit(126);
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(open(output.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    dup2(open(errors.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    std::vector<std::string> copies = words;
    std::vector<char*> argv;
    for (std::string& word : copies) argv.push_back(word.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }
  if (child < 0) throw std::runtime_error("cannot fork");
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_file(output),
          read_file(errors)};
}

command_outcome heddle_command(std::vector<std::string> arguments, const std::string& in) {
  arguments.insert(arguments.begin(), HEDDLE_EXECUTABLE);
  return run_program(arguments, in);
}

command_outcome target_command(std::vector<std::string> arguments, const std::string& in) {
  arguments.insert(arguments.begin(), HEDDLE_TARGET_MODELS);
  return run_program(arguments, in);
}

scratch_directory::scratch_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "heddle-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = pattern;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::size_t scratch_directory::entries() const {
  const std::filesystem::directory_iterator all(path_);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}
