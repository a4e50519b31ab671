// Replay: follows a schedule and refuses it, naming the step where the program departs from it.
//
// Runs one execution. A schedule of an execution that crashed or hung ends where that happened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schedule.hpp"
#include "strategy.hpp"

namespace heddle::explore {

class replay_strategy final : public strategy {
 public:
  // With `stop_before` the execution is given up before that step, counted from 0.
  explicit replay_strategy(schedule followed,
                           std::optional<std::uint64_t> stop_before = std::nullopt);

  std::string_view name() const override { return "replay"; }
  bool begin() override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override;

  // One sentence without its full stop; empty while the program follows the schedule.
  const std::string& departure() const { return departure_; }
  // What the schedule would have done at `stop_before`.
  struct step_not_taken {
    action what;
    operation op;
  };
  const std::optional<step_not_taken>& stopped_at() const { return stopped_at_; }

 private:
  std::optional<std::size_t> next_index(const point& at);
  std::size_t depart(const point& at, const std::string& why);

  const schedule followed_;
  const std::optional<std::uint64_t> stop_before_;
  std::size_t next_choice_ = 0;
  std::uint64_t last_checked_ = 0;  // the step of the last choice whose point was the expected one
  bool begun_ = false;
  std::string departure_;
  std::optional<step_not_taken> stopped_at_;
};

}  // namespace heddle::explore
