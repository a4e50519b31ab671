// Reuse of a wait group before an earlier wait has returned: Go's "WaitGroup is reused before
// previous Wait has returned" (https://pkg.go.dev/sync#WaitGroup.Add).
//
// A waiter that may have begun to wait while the counter was positive is released when it reaches
// zero, and returns some time later. An add that finds the counter at zero before then is misuse.
// That is a matter of the partial order, not of where in this execution the waiter stood.
#pragma once

#include <optional>

#include "trace.hpp"

namespace heddle::detect {

// The first such add, as a note of the goroutine that makes it.
std::optional<explore::note> find_group_reuse(const explore::trace& t);

}  // namespace heddle::detect
