// heddle::main, as a table of contents.
#include <cstdio>
#include <exception>

#include "commands.hpp"
#include "exit_status.hpp"
#include "heddle/model.hpp"
#include "memory_watch.hpp"

namespace heddle {

namespace {

// Exploring a program whose code cannot be told from the checker's would report nonsense.
void require_fit(const cli::command_line& line) {
  if (explore::watched_memory.unfit != nullptr)
    throw cli::usage_error(line.program + " " + explore::watched_memory.unfit);
}

int dispatch(const cli::command_line& line, int argc, char** argv) {
  if (!line.target.empty()) return cli::run_target(line, cli::arguments_without_target(argc, argv));
  switch (line.command) {
    case cli::command::show_text:
      return std::fputs(line.text.c_str(), stdout) < 0 ? 1 : 0;
    case cli::command::list:
      return cli::list_models(line);
    case cli::command::check:
      require_fit(line);
      return cli::check_models(line);
    case cli::command::replay:
      require_fit(line);
      return cli::replay_model(line);
    case cli::command::run:
      return cli::run_model(line);
  }
  return cli::internal_error;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    cli::refuse_empty_values(argc, argv);
    return dispatch(cli::parse(argc, argv), argc, argv);
  } catch (const cli::usage_error& e) {
    std::fprintf(stderr, "heddle: %s\n", e.what());
    return cli::bad_usage;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "heddle: internal error: %s\n", e.what());
    return cli::internal_error;
  }
}

}  // namespace heddle
