// Exploring and replaying in a worker process: what comes out when the worker dies is a verdict
// too, with the schedule that leads there.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "heddle/check/check.hpp"
#include "heddle/model.hpp"
#include "worker.hpp"

namespace heddle::cli {

struct isolated_run {
  const model* m = nullptr;
  checker::options how;
  double hang_seconds = 10;
  std::string schedule;  // replay: this, or how.seed
  enum class task { check, estimate, replay_schedule, replay_seed } what = task::check;
};

// `run` outlives the worker.
std::unique_ptr<worker> start(const isolated_run& run, printing output);

// What a run came to.
struct answer {
  checker::result found;
  std::string refused;  // not empty: the schedule does not fit, and why
};
// May run the model again to tell how it crashed. Empty after a signal.
std::optional<answer> answer_of(const isolated_run& run, const outcome& ended);

}  // namespace heddle::cli
