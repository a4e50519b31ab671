// A part of a search as a value: the traces that are left to explore, each with all that follows
// from it. Taken from a reverse_search between two executions, given to another, perhaps in another
// process (subtree_text).
#pragma once

#include <cstdint>
#include <vector>

#include "action.hpp"
#include "step_table.hpp"

namespace heddle::explore {

struct subtree {
  // What leads to a trace that is left: the first steps of another, some of its later ones, and
  // one more.
  struct core {
    std::uint32_t kept_below = 0;
    std::vector<std::uint32_t> kept;  // by number in the path
    step_id last = 0;
  };
  struct level {
    std::vector<step_id> path;  // a trace that was explored
    std::vector<core> cores;    // those of its children that are left
  };
  bool begun = false;  // false: the whole search, nothing explored
  std::vector<level> levels;
  std::vector<object_id> panicking_groups;
  std::vector<action> actions;  // by step_id
  std::vector<access_list> touches;
};

}  // namespace heddle::explore
