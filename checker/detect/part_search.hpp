// Exploring a part of a search: what a worker process does when several share one tree, or when a
// search is to survive the end of its process.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "heddle/check/check.hpp"

namespace heddle::checker {

// Part of a dpor search: an explore::subtree as bytes. Empty: the whole search, from the start.
using part_state = std::string;

struct part_answer {
  enum class left : std::uint8_t {
    nothing,   // explored
    more,
    restart,   // everything has to begin again: a wait group was seen to panic
    undivided,  // the same, and by one process
  };
  left what = left::nothing;
  part_state state;                  // where it stands now; of restart: where to begin
  std::vector<part_state> branches;  // new parts, split from this one
  std::uint64_t executions = 0;      // since the request
  result counted;                    // of these
  std::string first;  // of a search from its start: the schedule of its first execution
};

// Explores parts one after the other until they are done, or until `seconds` or a bound of `how` is
// used up. Comes back early, with branches of the part in hand, when `wanted` says that somebody
// has nothing to do. The answers are to the first of the requests; the others were not begun.
// `may_decline`: where exploring goes on after an execution that a failure or the step bound ended,
// answers `undivided`, since what is explored then depends on how the search is divided; likewise
// where operations that may block meet so many concurrent ones that looking for the next traces
// takes longer than exploring them.
std::vector<part_answer> search_parts(const std::function<void()>& body, const options& how,
                                      const std::vector<part_state>& requests, double seconds,
                                      const std::function<bool()>& wanted, bool may_decline);

// Follows the schedule of a search's first execution. Where the program departs from it, so that
// what another process explored says nothing about this one: one sentence without its full stop;
// else empty.
std::string departure_from(const std::function<void()>& body, const options& how,
                           const std::string& schedule);

// Adds what a part counted to what its search has counted so far; failures of one signature are
// one, with the shortest schedule.
void add_counts(result& total, result&& more);
// The same for warnings alone.
void add_warnings(result& total, std::vector<warning>&& more);
// Adds those failures that a search knew of before it began again and did not come to this time,
// its budget being used up.
void add_missing_failures(result& total, std::vector<failure>&& known, const options& how);

// ", at most 2 preemptions each" and ", 3 of them longer than 500 steps", each where it is so.
std::string preemption_words(const options& how);
std::string cut_words(const result& r, const options& how);

// The verdict of a search, from its counts: what check() says once exploring has stopped.
// `exhausted`: everything was covered.
void conclude(result& r, const options& how, bool exhausted);

}  // namespace heddle::checker
