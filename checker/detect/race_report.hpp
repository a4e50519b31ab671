// Data races in words: the two accesses, and what each goroutine did to synchronise nearest to its
// own.
#pragma once

#include <string>

#include "heddle/check/check.hpp"
#include "trace.hpp"

namespace heddle::detect {

// "file:line" of an access.
std::string place_of(const explore::plain_access& a);

// "write var 1 of main".
std::string words(const explore::trace& t, const explore::race& r, const explore::plain_access& a);

// A race of the trace as a failure.
checker::failure describe_race(const explore::trace& t, const explore::race& r);

}  // namespace heddle::detect
