// docs/gdb/heddle.py, with gdb in batch mode on a program of its own. Where there is no gdb, or one
// without Python, there is nothing to test.
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

struct command_outcome {
  int status = -1;
  std::string output;
};

command_outcome run_command(const std::string& command) {
  command_outcome outcome;
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> chunk;
  for (std::size_t n; (n = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
    outcome.output.append(chunk.data(), n);
  outcome.status = pclose(pipe);
  return outcome;
}

}  // namespace

TEST_CASE("gdb lists goroutines and shows a suspended one's stack") {
  if (run_command("gdb -batch -ex 'python print(1)'").output != "1\n") {
    WARN("gdb with Python is not installed: not tested");
    return;
  }
  const std::string script = std::string(HEDDLE_SOURCE_DIR) + "/docs/gdb/heddle.py";
  const command_outcome seen = run_command(
      "gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'source " + script +
      "' -ex run -ex 'heddle goroutines' -ex 'echo the stack\\n' -ex 'heddle goroutine reader bt'"
      " -ex 'echo none again\\n' -ex 'bt' " HEDDLE_GDB_TARGET);
  INFO(seen.output);
  if (seen.output.find("SIGTRAP") == std::string::npos) {
    WARN("gdb may not run programs here: not tested");
    return;
  }
  const std::size_t listed = seen.output.find("  reader           blocked       recv at ");
  const std::size_t stack = seen.output.find("the stack\n");
  const std::size_t frame = seen.output.find(" wait_for_a_value (");
  const std::size_t back = seen.output.find("none again\n");
  CHECK(listed < stack);
  CHECK(stack < frame);
  CHECK(frame < back);
  CHECK(back != std::string::npos);
  CHECK(seen.output.find("wait_for_a_value (", back) == std::string::npos);
}
