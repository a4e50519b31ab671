// check: explores each model in a worker process and reports in the models' order.
#include <csignal>
#include <cstdio>
#include <optional>

#include "commands.hpp"
#include "exit_status.hpp"
#include "exploration_options.hpp"
#include "isolation.hpp"
#include "json_report.hpp"
#include "judgement.hpp"
#include "model_selection.hpp"
#include "output_file.hpp"
#include "terminal.hpp"

namespace heddle::cli {

namespace {

using report::model_report;

class check_session {
 public:
  // Everything that can be wrong with the arguments is found here, before anything is explored.
  explicit check_session(const command_line& line)
      : line_(line),
        models_(select_models_to_check(line.filters)),
        json_(line.json),
        out_(json_.is_standard_output() ? stderr : stdout),
        style_(style_for(out_)),
        reports_(models_.size()) {
    for (const model* m : models_) {
      isolated_run run;
      run.m = m;
      run.how = options_for(*m, line);
      run.hang_seconds = line.hang_seconds;
      if (line.estimate) run.what = isolated_run::task::estimate;
      runs_.push_back(std::move(run));
    }
  }

  int run();

 private:
  void ended(std::size_t index, const outcome& o);
  void print_ready();
  void print_left_out();
  int finish(bool interrupted);

  const command_line& line_;
  std::vector<const model*> models_;
  output_file json_;
  std::FILE* out_;
  report::text_style style_;
  std::vector<isolated_run> runs_;
  std::vector<std::optional<model_report>> reports_;
  std::size_t printed_ = 0;
  std::size_t done_ = 0;
  progress_line progress_;
};

void check_session::ended(std::size_t index, const outcome& o) {
  ++done_;
  std::optional<answer> found = answer_of(runs_[index], o);
  if (!found) return;
  reports_[index] = judge(*models_[index], std::move(found->found), line_);
  progress_.clear();
  print_ready();
}

// Failures come as soon as all models before theirs are done.
void check_session::print_ready() {
  for (; printed_ < reports_.size() && reports_[printed_]; ++printed_) {
    const model_report& m = *reports_[printed_];
    for (const checker::failure& f : m.found.failures)
      std::fputs(
          report::failure_text(m.name, f, reproducing_commands(line_, m.name, f), style_).c_str(),
          out_);
  }
  std::fflush(out_);
}

// A run without filters says that it was not about everything.
void check_session::print_left_out() {
  const std::size_t left_out = select_models(line_.filters).size() - models_.size();
  if (left_out == 0) return;
  std::fprintf(out_, "%zu large model%s left out: `heddle list` marks them, a filter names them\n",
               left_out, left_out == 1 ? "" : "s");
}

int check_session::finish(bool interrupted) {
  progress_.clear();
  std::vector<model_report> known;
  for (std::optional<model_report>& r : reports_)
    if (r) known.push_back(std::move(*r));
  std::fputs(report::verdict_table(known, style_).c_str(), out_);
  print_left_out();
  if (interrupted) {
    std::fprintf(out_, "interrupted: %zu of %zu models were not checked\n",
                 models_.size() - known.size(), models_.size());
    return signalled + interrupted_by();
  }
  const int status = exit_status_of(known);
  if (json_.wanted()) json_.write(report::to_json(known, status));
  return status;
}

int check_session::run() {
  catch_interrupts();
  const bool whole = run_all(
      runs_.size(), [&](std::size_t i) { return start(runs_[i], printing::dropped); },
      static_cast<std::size_t>(line_.jobs), [&](std::size_t i, const outcome& o) { ended(i, o); },
      [&](const std::vector<running_job>& jobs) {
        progress_.show(models_[jobs.front().index]->name(), done_, models_.size(),
                       *jobs.front().progress);
      });
  return finish(!whole || interrupted_by() != 0);
}

}  // namespace

int check_models(const command_line& line) { return check_session(line).run(); }

}  // namespace heddle::cli
