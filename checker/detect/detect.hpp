// What is wrong with an execution: functions of its trace.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heddle/check/check.hpp"
#include "trace.hpp"

namespace heddle::detect {

// What the end of this execution shows, the gravest first: a note (panic, failed check, misuse),
// a deadlock, a leak, a livelock. `schedule`, `seed` and `execution` are left to the caller.
std::optional<check::failure> find_failure(const explore::trace& t);

// Two failures with the same signature are the same failure met twice: its kind, message, and who
// is blocked where. Independent of the order of events.
std::string signature(const check::failure& f);

// Goroutines that could still run when the execution was ended after main had returned.
std::vector<std::string> alive_after_main(const explore::trace& t);

// Whether some goroutine stayed blocked.
bool any_blocked(const explore::trace& t);

// The events in words.
std::vector<check::story_line> story(const explore::trace& t);

}  // namespace heddle::detect
