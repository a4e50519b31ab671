// Telling traces apart: a hash of the partial order, the same for every execution of one trace.
#pragma once

#include <cstdint>

#include "happens_before.hpp"
#include "trace.hpp"

namespace heddle::explore {

// Of the analysed events: who did what with whom, and what came before it. Equal for executions
// that differ only in the order of independent events; else different but for collisions, which
// have a chance of about n^2 / 2^65 among n traces.
std::uint64_t trace_hash(const trace& t, const happens_before& order);

}  // namespace heddle::explore
