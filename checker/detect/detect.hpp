// What is wrong with an execution: functions of its trace.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heddle/check/check.hpp"
#include "trace.hpp"

namespace heddle::detect {

// What this execution shows, the gravest first: a data race, since what follows one cannot be
// relied on; a note (panic, failed check, misuse), a deadlock, a leak, a livelock. `story`,
// `schedule`, `seed` and `execution` are left to the caller, who may meet the same failure a
// million times.
std::optional<checker::failure> find_failure(const explore::trace& t);

// All of it: each race, and the gravest of the others.
std::vector<checker::failure> find_failures(const explore::trace& t);

// Two failures with the same signature are the same failure met twice: its kind, message, and who
// is blocked where; of a race, its two places. Independent of the order of events.
std::string signature(const checker::failure& f);

// Goroutines that could still run when the execution was ended after main had returned.
std::vector<std::string> alive_after_main(const explore::trace& t);

// Whether some goroutine stayed blocked.
bool any_blocked(const explore::trace& t);

// The events in words, and the panics and failed checks between them.
std::vector<checker::story_line> story(const explore::trace& t);

}  // namespace heddle::detect
