// A part of a search as a value: where it stands, what is planned, and what is explored elsewhere.
// Taken from a dpor_strategy between two executions, given to another, perhaps in another process
// (search_file).
#pragma once

#include <cstdint>
#include <vector>

#include "action.hpp"
#include "step_table.hpp"
#include "strategy.hpp"

namespace heddle::explore {

// A step that need not be explored at a node, since another exploration of it covers it.
struct sleeper {
  step_id step = 0;
  bool foreign = false;  // explored by another part of the search, at the same time or later
};

// A wakeup tree, flattened: a branch is followed by its children.
struct planned_branch {
  step_id step = 0;
  std::uint32_t children = 0;
};

// A sequence to explore from a node of the part of the search that this one was split from.
struct remote_plan {
  std::uint32_t at = 0;
  std::vector<step_id> sequence;
};

struct subtree {
  struct level {
    std::uint64_t fingerprint = 0;
    step_id chosen = 0;
    bool visited = false;          // `index` and `alternatives` are known
    bool spent = false;            // the choice has been explored
    bool divided = false;          // branches are explored at the same time
    std::uint32_t index = 0;
    std::uint32_t alternatives = 0;
    std::uint32_t done = 0;        // branches explored
    std::uint32_t shared = 0;      // branches given away and not yet explored
    std::vector<sleeper> asleep;
    std::vector<planned_branch> todo;
  };
  std::vector<level> levels;
  std::uint32_t floor = 0;         // levels below this number belong to another part
  bool begun = false;              // false: the whole tree, nothing explored
  bool exhausted = false;
  std::vector<planned_branch> planned;  // what is to follow the last level's choice
  std::vector<step_id> hint;       // the order of an execution that woke what sleeps
  std::vector<object_id> panicking_groups;
  std::vector<remote_plan> found;  // for the part that this one was split from
  std::vector<action> actions;     // by step_id
  std::vector<access_list> touches;
};

}  // namespace heddle::explore
