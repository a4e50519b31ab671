// replay: one execution again, in a worker process, with its story.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands.hpp"
#include "exit_status.hpp"
#include "exploration_options.hpp"
#include "factory.hpp"
#include "isolation.hpp"
#include "json_report.hpp"
#include "model_selection.hpp"
#include "schedule.hpp"
#include "terminal.hpp"

namespace heddle::cli {

namespace {

std::string read_schedule(const std::string& path, const std::string& model) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw usage_error(path + " is a directory");
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) throw usage_error("cannot read " + path);
  try {
    return report::failure_schedule(text, model);
  } catch (const report::bad_report& e) {
    throw usage_error("cannot take a schedule from " + path + ": " + e.what());
  }
}

// A text that was quoted or copied carries white space around it.
std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

isolated_run planned(const command_line& line) {
  isolated_run run;
  run.m = &find_model(line.model);
  run.how = options_for(*run.m, line);
  run.hang_seconds = line.hang_seconds;
  if (line.seed) {
    run.what = isolated_run::task::replay_seed;
    if (!explore::is_sampling(run.how.strategy)) run.how.strategy = "random";
    return run;
  }
  run.what = isolated_run::task::replay_schedule;
  run.schedule = line.file.empty() ? trimmed(line.schedule) : read_schedule(line.file, line.model);
  try {
    run.how.idle_time = explore::parse_schedule(run.schedule).idle_time;
  } catch (const explore::bad_schedule& bad) {
    throw usage_error(bad.what());
  }
  return run;
}

}  // namespace

int replay_model(const command_line& line) {
  const isolated_run run = planned(line);
  catch_interrupts();
  const std::unique_ptr<worker> w = start(run, printing::shown);
  const std::optional<outcome> ended = run_one(*w);
  if (!ended) return signalled + interrupted_by();
  const std::optional<answer> found = answer_of(run, *ended);
  if (!found) return signalled + interrupted_by();
  if (!found->refused.empty()) throw usage_error(found->refused);
  const checker::result& r = found->found;
  report::text_style style = style_for(stdout);
  style.whole_story = true;
  if (r.verdict == checker::verdict::error) throw std::runtime_error(r.message);
  for (const checker::failure& f : r.failures)
    std::fputs(
        report::failure_text(run.m->name(), f, reproducing_commands(line, run.m->name(), f), style)
            .c_str(),
        stdout);
  if (!r.failures.empty()) return failure_found;
  std::printf("%s: nothing was found in this execution\n\n%s", run.m->name().c_str(),
              report::story_table(r.story, {}, style).c_str());
  return exit_status::as_expected;
}

}  // namespace heddle::cli
