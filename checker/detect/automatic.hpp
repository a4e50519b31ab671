// The strategy `auto`: exhausts what the budget allows to exhaust, and samples the rest.
//
// Probes estimate the search (search_size). If dpor's executions fit into --max-executions and, at
// the rate of the probes, into --max-time or else a minute, dpor explores. Else the samplers take
// turns, in slices that double, each slice with seeds of its own: no sampler finds everything, and
// what one finds soon is not waited for. Without a budget they share 4000 executions and a minute.
#pragma once

#include <functional>

#include "heddle/check/check.hpp"

namespace heddle::checker {

// As check(), for a strategy "auto".
result check_automatically(const std::function<void()>& body, const options& how);

}  // namespace heddle::checker
