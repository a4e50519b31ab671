// The story of an execution that never ended: it crashed, or went round without any operation.
#pragma once

#include <functional>

#include "heddle/check/check.hpp"
#include "schedule.hpp"

namespace heddle::detect {

// Follows a partial schedule up to the step that the execution did not come back from, and tells
// that step without taking it. Only `goroutines` and `story` of the result are set.
checker::failure retell(const std::function<void()>& body, const explore::schedule& partial,
                        const checker::options& how);

}  // namespace heddle::detect
