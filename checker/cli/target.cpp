// --target: the same command in another program. A .cpp file is compiled first, against the
// headers and libraries that were installed or built with this executable.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands.hpp"
#include "exit_status.hpp"

namespace heddle::cli {

namespace {

namespace fs = std::filesystem;

std::vector<char*> as_argv(std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return argv;
}

// Runs a program to its end and returns its exit status, 128 and more for a signal.
int run_to_end(const std::string& file, std::vector<std::string> words) {
  const auto ignore = std::signal(SIGINT, SIG_IGN);  // the child decides how it ends
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGINT, ignore);
    execvp(file.c_str(), as_argv(words).data());
    _exit(127);
  }
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::signal(SIGINT, ignore);
  if (child < 0) throw usage_error("cannot start " + file + ": " + std::strerror(errno));
  return WIFEXITED(status) ? WEXITSTATUS(status) : signalled + WTERMSIG(status);
}

// Gone with everything in it at the end of the scope.
class temporary_directory {
 public:
  temporary_directory() {
    std::string pattern = (fs::temp_directory_path() / "heddle-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw usage_error("cannot make a temporary directory: " + std::string(std::strerror(errno)));
    path_ = pattern;
  }
  ~temporary_directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct surroundings {
  std::vector<std::string> includes;
  fs::path libraries;
};

// Where the headers and libraries are: beside an installed executable, else where it was built.
surroundings find_surroundings() {
  std::error_code ignored;
  const fs::path prefix = fs::read_symlink("/proc/self/exe", ignored).parent_path().parent_path();
  for (const char* lib : {"lib", "lib64", HEDDLE_INSTALLED_LIBRARIES}) {
    const fs::path libraries = prefix / lib;
    if (fs::exists(libraries / "libheddle_main.a", ignored) &&
        fs::exists(prefix / "include/heddle/heddle.hpp", ignored))
      return {{(prefix / "include").string()}, libraries};
  }
  return {{HEDDLE_SOURCE_DIR "/runtime/include", HEDDLE_SOURCE_DIR "/checker/include"},
          HEDDLE_BUILD_DIR};
}

using words = std::vector<std::string>;

// Throws usage_error; the compiler has said why on standard error.
void run_compiler(const fs::path& source, words command) {
  if (run_to_end(command.front(), command) != 0)
    throw usage_error(source.string() + " does not compile");
}

// Compiled for checking unless told otherwise. A build of Heddle with a sanitizer has its hooks.
// The program is linked without -fsanitize=thread, since Heddle's hooks take its runtime's place.
void compile(const fs::path& source, const fs::path& program, bool instrument) {
  const std::string compiler = HEDDLE_COMPILER;  // another's code does not link with Heddle's
  const surroundings around = find_surroundings();
  const std::string sanitizers = HEDDLE_SANITIZE;
  const std::string object = program.string() + ".o";
  words compiling{compiler, "-std=c++20", "-O1", "-g", "-c", source.string(), "-o", object};
#ifdef __x86_64__
  compiling.push_back("-fstack-clash-protection");  // as who links with Heddle's CMake targets has it
#endif
  for (const std::string& directory : around.includes) compiling.push_back("-I" + directory);
  // Without optimising Heddle's own files again, which would take longer than most checks.
  words linking{compiler, "-g", "-fno-lto", object, "-o", program.string()};
  const auto library = [&](const char* name) {
    return (around.libraries / ("libheddle_" + std::string(name) + ".a")).string();
  };
  if (!sanitizers.empty()) {
    compiling.push_back("-fsanitize=" + sanitizers);
    linking.push_back("-fsanitize=" + sanitizers);
  } else if (instrument) {
    compiling.insert(compiling.end(), {"-fsanitize=thread", "-DHEDDLE_INSTRUMENTED", "-include",
                                       "heddle/detail/instrumented.hpp", "-fno-builtin-memcpy",
                                       "-fno-builtin-memmove", "-fno-builtin-memset"});
#ifdef __clang__
    compiling.insert(compiling.end(), {"-mllvm", "-tsan-instrument-read-before-write=1"});
#else
    compiling.push_back("-Wno-tsan");
#endif
    linking.insert(linking.end(),
                   {"-Wl,--whole-archive", library("instrument"), "-Wl,--no-whole-archive"});
  }
  run_compiler(source, std::move(compiling));
  for (const char* name : {"main", "checker", "runtime"}) linking.push_back(library(name));
  linking.insert(linking.end(), {"-lboost_context", "-lfmt", "-pthread"});
  run_compiler(source, std::move(linking));
}

// Lies in every program that links heddle::main, so that another program is told apart before it
// is run with Heddle's arguments.
constexpr char mark[] = "this program speaks heddle's command line, version 1";

// Scripts are trusted to start such a program.
bool speaks_heddle(const fs::path& program) {
  std::ifstream file(program, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return bytes.starts_with("#!") || bytes.find(mark) != std::string::npos;
}

bool is_source(const fs::path& file) {
  const fs::path extension = file.extension();
  return extension == ".cpp" || extension == ".cc" || extension == ".cxx";
}

}  // namespace

int run_target(const command_line& line, const std::vector<std::string>& arguments) {
  std::error_code ignored;
  if (!fs::exists(line.target, ignored))
    throw usage_error("there is no file " + line.target + " for --target");
  if (is_source(line.target)) {
    const temporary_directory place;
    const fs::path program = place.path() / "target";
    compile(line.target, program, line.instrument);
    words command{line.program};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.end(), {"--compiled-from", line.target});
    return run_to_end(program.string(), command);
  }
  if (fs::is_directory(line.target, ignored) || access(line.target.c_str(), X_OK) != 0)
    throw usage_error(line.target + " is neither a program nor a .cpp file");
  if (!speaks_heddle(line.target))
    throw usage_error(line.target + " is not linked with heddle::main");
  const std::string shown =
      line.target.find('/') == std::string::npos ? "./" + line.target : line.target;
  words command{shown};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::fflush(nullptr);
  execv(shown.c_str(), as_argv(command).data());
  throw usage_error("cannot run " + line.target + ": " + std::strerror(errno));
}

}  // namespace heddle::cli
