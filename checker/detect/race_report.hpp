// Data races in words: the two accesses, and what each goroutine did to synchronise nearest to its
// own.
#pragma once

#include <string>
#include <vector>

#include "heddle/check/check.hpp"
#include "trace.hpp"

namespace heddle::detect {

// "file:line" of an access that was made in these calls.
std::string place_of(const explore::plain_access& a, const std::vector<const void*>& calls);

// "write var 1 of main".
std::string words(const explore::trace& t, const explore::race& r, const explore::plain_access& a);

// A race of the trace as a failure.
checker::failure describe_race(const explore::trace& t, const explore::race& r);

}  // namespace heddle::detect
