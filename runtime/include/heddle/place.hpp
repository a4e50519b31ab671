// A place in the source: where a goroutine was created, where an operation stands.
//
// Every operation takes a place as its last, defaulted parameter, so that reports can name
// file and line without macros. It costs one constant pointer.
#pragma once

#include <source_location>

namespace heddle {

using place = std::source_location;

}  // namespace heddle
