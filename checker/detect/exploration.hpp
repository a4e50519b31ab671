// Exploring under a strategy: run, judge what was seen, confirm it by another run, count. check() in
// one piece, search_parts() as parts.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dpor.hpp"
#include "executor.hpp"
#include "heddle/check/check.hpp"
#include "lock_order.hpp"
#include "part_search.hpp"
#include "reverse_search.hpp"
#include "schedule.hpp"
#include "search_size.hpp"
#include "strategy.hpp"
#include "trace_counter.hpp"

namespace heddle::checker {

// Longer than executions take: then wakeup trees are quicker, which know what to reverse.
inline constexpr std::uint64_t most_tries = std::uint64_t{1} << 14;  // to find one trace's children

class exploration {
 public:
  exploration(const std::function<void()>& body, const options& how);
  // Explores a part of a search.
  exploration(executor& with, const options& how, const part_state& part, bool may_decline);

  result run();
  part_answer run_part(std::chrono::steady_clock::time_point until,
                       const std::function<bool()>& wanted);

 private:
  bool execute();
  void keep_plans_small();
  void begin_again_with(std::unique_ptr<explore::strategy> other);
  explore::schedule schedule_of(const explore::trace& t) const;
  void limit_planning();
  bool plan(const explore::trace& t, bool complete, bool last);
  void count(const explore::trace& t, std::uint64_t generation);
  std::vector<failure> failures_of(const explore::trace& t) const;
  bool judge(failure found, const explore::schedule& made);
  bool is_news(const failure& found, const explore::schedule& made);
  bool confirm(const explore::schedule& made, const std::optional<std::string>& signature);
  bool refuse(std::string why);
  bool within_budget();
  void warn();
  void look_at_clock();
  result finish();

  const options& how_;
  std::unique_ptr<executor> own_;
  executor& executor_;
  std::unique_ptr<explore::strategy> strategy_;
  explore::dpor_strategy* trees_ = nullptr;   // this is it, and its plans may not grow
  explore::reverse_search* walk_ = nullptr;   // this is it
  std::uint64_t redundant_before_ = 0;        // executions of those strategies that it replaced
  std::uint64_t begun_again_before_ = 0;
  result result_;
  trace_counter traces_;
  detect::lock_order locks_;
  const void* weak_order_ = nullptr;  // code that asked for less than sequential consistency
  running_size size_;
  std::uint64_t executions_ = 0;        // the redundant ones included
  std::vector<explore::event> events_;  // of the execution that is run again
  std::string first_;                   // the schedule of the search's first execution
  bool resumed_ = false;                // this is a part that was explored before
  bool may_decline_ = false;            // a part that could be explored undivided instead
  bool ended_early_ = false;            // some execution, by a failure or the step bound
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_progress_ = started_;
  std::chrono::steady_clock::time_point now_ = started_;  // when the clock was looked at last
  std::uint64_t looks_every_ = 1;     // executions
  std::uint64_t until_look_ = 1;
  struct known_failure {
    std::size_t index;    // into result_.failures
    std::uint64_t steps;  // of its shortest schedule
  };
  std::map<std::string, known_failure> known_;  // by signature
};

}  // namespace heddle::checker
