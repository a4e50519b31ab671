// A place for an operation that names none: of the code that it stands in. Reports look its line
// up; the number it has until then is the code's offset in the program, the same in every process.
#pragma once

#include "heddle/place.hpp"

namespace heddle::instrument {

place place_of_code(const void* return_address);

}  // namespace heddle::instrument
