// Exploring a part of a search: what a worker process does when several share one tree, or when a
// search is to survive the end of its process.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "heddle/check/check.hpp"

namespace heddle::checker {

// A part of a dpor search. States and finds are explore::subtree as bytes.
struct part_request {
  std::string state;               // where the part stands; empty: the whole tree, from the start
  std::vector<std::string> found;  // by parts that were split from this one
  std::vector<std::uint32_t> explored;  // at these depths branches that were given away are done
};

struct part_answer {
  enum class left : std::uint8_t {
    nothing,   // explored
    waiting,   // for the parts that were split from it
    more,
    restart,   // everything has to begin again: a wait group was seen to panic
  };
  left what = left::nothing;
  std::string state;               // where it stands now; of restart: where to begin
  struct given {
    std::string state;
    std::uint32_t depth = 0;       // where it was split off
  };
  std::vector<given> branches;     // new parts
  std::string found;               // for the part that it was split from; empty: nothing
  // How much of the part is done here (strategy::progress()), and how much of it each branch is
  // that was given away at a depth and has not been explored.
  double progress = 0;
  std::vector<std::pair<std::uint32_t, double>> shares;
  result counted;                  // of the executions since the request
};

// Explores parts one after the other until they are done, or until `seconds` or a bound of `how` is
// used up. Comes back early, with branches of the part in hand, when `wanted` says that somebody
// has nothing to do. The answers are to the first of the requests; the others were not begun.
std::vector<part_answer> search_parts(const std::function<void()>& body, const options& how,
                                      const std::vector<part_request>& requests, double seconds,
                                      const std::function<bool()>& wanted);

// Adds what a part counted to what its search has counted so far; failures of one signature are
// one, with the shortest schedule.
void add_counts(result& total, result&& more);
// The same for warnings alone.
void add_warnings(result& total, std::vector<warning>&& more);

// The verdict of a search, from its counts: what check() says once exploring has stopped.
// `exhausted`: everything was covered.
void conclude(result& r, const options& how, bool exhausted);

}  // namespace heddle::checker
