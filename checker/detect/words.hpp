// Operations, goroutines and what holds them up, in the words of reports.
#pragma once

#include <span>
#include <string>

#include "heddle/check/check.hpp"
#include "trace.hpp"

namespace heddle::detect {

// "receive on channel 1 of main (file:line)"; without the place if `short_names`.
std::string words(const explore::trace& t, const explore::operation& op, bool short_names);

// The same for what a goroutine waits for: its cases joined by "or".
std::string words(const explore::trace& t, std::span<const explore::operation> offers);

// What the trace's last announcement of a goroutine offers; empty if it is not waiting.
std::span<const explore::operation> waits_for(const explore::trace& t, explore::actor_id who);

// Who it is, where it was created, what it waits for and where. `held_by` is left empty.
checker::goroutine_report describe(const explore::trace& t, explore::actor_id who,
                                   std::string state);

}  // namespace heddle::detect
