// Programs in the oracle's form, run as goroutines over the shipped primitives.
//
// The oracle (a brute-force counter that shares no code with Heddle) tells how many traces each
// program has and how each can end; its format is described in tests/oracle/README.md.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "strategy.hpp"

namespace heddle::oracle {

// How one execution ended, in the oracle's words.
struct outcome {
  bool stuck = false;
  bool panicked = false;
  bool assert_failed = false;
  bool assume_failed = false;
  std::string stuck_set;  // who blocks where: "t0:lock m;t1:recv c"
  std::string state;      // registers, memory, channels: equal for equal final states
};

class run_state;

class program {
 public:
  explicit program(nlohmann::json description);
  const std::string& name() const { return name_; }
  const nlohmann::json& description() const { return description_; }
  bool has_plain() const { return !plain_.empty(); }

  // The program as a model: runs all threads, thread 0 in the calling goroutine. `last` is
  // replaced at each start.
  std::function<void()> body(std::shared_ptr<run_state>& last) const;
  static outcome outcome_of(const run_state& ended);

 private:
  friend class run_state;
  nlohmann::json description_;
  std::string name_;
  std::set<std::string> plain_;
  std::vector<std::vector<nlohmann::json>> code_;
  std::vector<std::map<std::string, std::size_t>> labels_;
};

// What exploring a program with a strategy came to.
struct exploration {
  std::uint64_t explored = 0;
  std::uint64_t redundant = 0;
  std::string nondeterminism;
  bool exhausted = false;
  std::uint64_t stuck = 0;
  std::uint64_t panicked = 0;
  std::uint64_t assert_failed = 0;
  std::uint64_t assume_failed = 0;
  std::map<std::string, std::uint64_t> stuck_sets;
  std::set<std::string> stuck_states;
  std::set<std::string> final_states;
  std::set<std::string> all_states;
  std::set<std::string> races;  // "t0:1 t1:1", the lower place first
};

// "t0:1": the thread and the instruction that the access of a race was made by.
std::string place_of_instruction(const void* code);

exploration explore_program(const program& p, const std::string& strategy,
                            std::uint64_t max_executions = 0);
// The same by a strategy that need not have a name.
exploration explore_program(const program& p, explore::strategy& s,
                            std::uint64_t max_executions = 0);

}  // namespace heddle::oracle
