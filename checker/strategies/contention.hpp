// Which objects of an execution are worth interleaving: those whose events different goroutines
// could have ordered another way.
//
// An object is contended if two goroutines touch it in ways that depend on each other. Left out
// are a wait group's dones (they come after the adds and before the wait), and an object that is
// only touched under one and the same lock: its order is that of the lock, which counts instead.
#pragma once

#include <cstdint>
#include <vector>

#include "trace.hpp"

namespace heddle::explore {

struct contended_object {
  object_id id = 0;
  std::vector<std::uint64_t> events;  // on it, by actor
};

// In the order of their numbers.
std::vector<contended_object> contended_objects(const trace& t);

}  // namespace heddle::explore
