// Several searches, explored by a fixed number of worker processes at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "model_search.hpp"

namespace heddle::cli {

struct how_far {
  std::uint64_t executions = 0;  // begun
  std::uint64_t depth = 0;       // events of the longest
  double estimate = 0;           // of all executions that there are; 0: unknown
};

struct search_events {
  // A search is over: its number.
  std::function<void(std::size_t)> over;
  // Something arrived from a search that goes on.
  std::function<void(std::size_t)> arrived;
  // Called a few times a second, with the number of a search that runs and how far it is.
  std::function<void(std::size_t, const how_far&)> waiting;
};

// Runs the searches to their ends, the first ones first. A worker that finds nothing to start makes
// those that run come back with branches. False: a signal asked for an end, and whatever ran was
// killed; see interrupted_by().
bool run_searches(std::vector<std::unique_ptr<model_search>>& searches, std::size_t workers,
                  const search_events& tell);

}  // namespace heddle::cli
