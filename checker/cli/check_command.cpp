// check: explores each model in a worker process and reports in the models' order.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>

#include "checkpoint.hpp"
#include "commands.hpp"
#include "exit_status.hpp"
#include "exploration_options.hpp"
#include "isolation.hpp"
#include "json_report.hpp"
#include "judgement.hpp"
#include "model_selection.hpp"
#include "output_file.hpp"
#include "search_pool.hpp"
#include "terminal.hpp"

namespace heddle::cli {

namespace {

using report::model_report;

constexpr auto checkpoint_interval = std::chrono::milliseconds(500);

class check_session {
 public:
  // Everything that can be wrong with the arguments is found here, before anything is explored.
  explicit check_session(const command_line& line)
      : line_(line),
        models_(select_models_to_check(line.filters)),
        json_(line.json),
        checkpoint_(line.checkpoint),
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
    for (const isolated_run& run : runs_)
      searches_.push_back(std::make_unique<model_search>(run, way_of(run)));
    if (checkpoints()) prepare_checkpoints();
  }

  int run();

 private:
  model_search::way way_of(const isolated_run& run) const {
    using enum model_search::way;
    if (run.how.strategy != "dpor" || line_.count_traces || line_.estimate) return whole;
    if (checkpoints()) return kept;
    return line_.jobs > 1 ? divided : whole;
  }
  bool checkpoints() const { return !line_.checkpoint.empty() || !line_.resume.empty(); }
  void prepare_checkpoints();
  void keep_checkpoint();
  void over(std::size_t index);
  void print_ready();
  void print_left_out();
  int finish(bool interrupted);

  const command_line& line_;
  std::vector<const model*> models_;
  output_file json_;
  output_file checkpoint_;
  std::FILE* out_;
  report::text_style style_;
  std::vector<isolated_run> runs_;
  std::vector<std::unique_ptr<model_search>> searches_;
  std::vector<std::optional<model_report>> reports_;
  std::size_t printed_ = 0;
  std::size_t done_ = 0;
  progress_line progress_;
  std::chrono::steady_clock::time_point kept_at_;  // when the last checkpoint was written
};

void check_session::prepare_checkpoints() {
  const char* option = line_.checkpoint.empty() ? "--resume" : "--checkpoint";
  if (models_.size() != 1)
    throw usage_error(std::string(option) + " is for one model, not " +
                      std::to_string(models_.size()) + "; name it");
  if (runs_.front().how.strategy != "dpor")
    throw usage_error(std::string(option) + " is for the strategy dpor; " +
                      models_.front()->name() + " is explored by " + runs_.front().how.strategy);
  if (line_.estimate)
    throw usage_error(std::string("--estimate explores nothing; leave ") + option + " out");
  if (line_.count_traces)
    throw usage_error(std::string("--count-traces needs the whole search in one process, which ") +
                      option + " does not keep; leave one out");
  if (checkpoint_.is_standard_output()) throw usage_error("--checkpoint needs a file");
  std::error_code ignored;
  if (!line_.checkpoint.empty() &&
      !std::filesystem::equivalent(line_.checkpoint, line_.resume, ignored))
    refuse_to_replace(line_.checkpoint);
  if (!line_.resume.empty()) resume(line_.resume, runs_.front(), *searches_.front());
}

// Of the one search that there is then.
void check_session::keep_checkpoint() {
  checkpoint_.write(checkpoint_of(runs_.front(), *searches_.front()));
  kept_at_ = std::chrono::steady_clock::now();
}

void check_session::over(std::size_t index) {
  ++done_;
  if (checkpoint_.wanted()) keep_checkpoint();
  reports_[index] = judge(*models_[index], searches_[index]->take().found, line_);
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
    if (checkpoint_.wanted()) {
      keep_checkpoint();
      std::fprintf(out_, "what was explored is kept: go on with --resume %s\n",
                   line_.checkpoint.c_str());
    }
    return signalled + interrupted_by();
  }
  if (known.size() < models_.size()) throw std::logic_error("a search ended without a verdict");
  const int status = exit_status_of(known);
  if (json_.wanted()) json_.write(report::to_json(known, status));
  return status;
}

int check_session::run() {
  catch_interrupts();
  search_events tell;
  tell.over = [&](std::size_t i) { over(i); };
  tell.arrived = [&](std::size_t) {
    if (checkpoint_.wanted() && std::chrono::steady_clock::now() - kept_at_ >= checkpoint_interval)
      keep_checkpoint();
  };
  tell.waiting = [&](std::size_t i, const how_far& progress) {
    progress_.show(models_[i]->name(), done_, models_.size(), progress);
  };
  for (std::size_t i = 0; i < searches_.size(); ++i)
    if (searches_[i]->over()) over(i);  // resumed at its end
  const bool whole = run_searches(searches_, static_cast<std::size_t>(line_.jobs), tell);
  return finish(!whole || interrupted_by() != 0);
}

}  // namespace

int check_models(const command_line& line) { return check_session(line).run(); }

}  // namespace heddle::cli
