// Data races by the letter of the memory model: a graph of events and accesses, closed
// transitively. Quadratic and worse, and shares nothing with explore::race_clocks.
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "race_clocks.hpp"

namespace heddle::generated {

// A plain access as the program itself logged it.
struct logged_access {
  explore::actor_id who = 0;
  std::uint32_t position = 0;     // events of `who` before it
  std::uint32_t children = 0;     // goroutines that `who` had created before it
  int variable = 0;
  bool is_write = false;
  std::uintptr_t place = 0;       // which instruction of the program
};

// One that `who` makes now.
logged_access access_by(explore::actor_id who, const explore::moment& now);

using place_pair = std::pair<std::uintptr_t, std::uintptr_t>;  // the lower first

// The pairs of places that race in an execution.
std::set<place_pair> reference_races(const explore::trace& t,
                                     const std::vector<logged_access>& accesses);

}  // namespace heddle::generated
