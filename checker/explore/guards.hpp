// What lets a goroutine that goes round a spinning loop go on: a change of something it looked at.
#pragma once

#include "dependence.hpp"
#include "function_reference.hpp"
#include "happens_before.hpp"
#include "object_model.hpp"
#include "trace.hpp"

namespace heddle::explore {

// Whether an actor that announced something at a position goes round no spinning loop there, or an
// event of those that are `there` changed what it waits for after it looked: not a store of the
// value that was there, nor an attempt that failed. A pause never may: it has to wait until nothing
// else can happen. The sequencer's rule (spin_window::held_back). O(events on what it looked at).
bool guard_released(const trace& t, const happens_before& order, actor_id who,
                    std::uint32_t position, function_reference<bool(std::uint32_t)> there);

}  // namespace heddle::explore
