#include "child_process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace {

constexpr unsigned patience_s = 60;

[[noreturn]] void run_child(const std::function<void()>& f, int errors) {
  dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);  // holds the parent's output too
  dup2(errors, STDERR_FILENO);
  alarm(patience_s);
  f();
  std::_Exit(0);
}

std::string read_all(int from) {
  std::string text;
  std::array<char, 4096> chunk;
  for (ssize_t n; (n = read(from, chunk.data(), chunk.size())) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(n));
  return text;
}

}  // namespace

child_outcome in_child_process(const std::function<void()>& f) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {};
  const pid_t child = fork();
  if (child == 0) run_child(f, ends[1]);
  close(ends[1]);
  child_outcome outcome;
  outcome.errors = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) outcome.exit_status = WEXITSTATUS(status);
  return outcome;
}
