// What lets a goroutine that goes round a spinning loop go on: a change of something it looked at.
#pragma once

#include "dependence.hpp"
#include "function_reference.hpp"
#include "happens_before.hpp"
#include "object_model.hpp"
#include "trace.hpp"

namespace heddle::explore {

// Whether an event of those that are `there`, and not in the past, changes the object: not a store of the
// value that was there, nor an attempt that failed. The sequencer's rule (count_change). O(events
// on the object).
bool changes(const trace& t, const happens_before& order, object_id o, clock_row past,
             function_reference<bool(std::uint32_t)> there);

}  // namespace heddle::explore
