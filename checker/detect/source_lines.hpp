// From an address in the program's code to a line of its source, by addr2line of the binutils.
//
// Asked only when something is reported: a process is started for every new address. Addresses in
// Heddle's and the standard library's headers are told by the line that they are inlined into.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace heddle::detect {

// "file:line", as place_name() has it, for the address that a call returns to. Where the program
// has no debugging information, "program+0x1234".
std::string source_line(const void* return_address);

// The same for the innermost of a stack of calls that stands in the user's own code; the first is
// the innermost of all.
std::string source_line(std::span<const void* const> calls);

// The user's own calls of a stack: "function at file:line" for each, innermost first.
std::vector<std::string> source_lines(std::span<const void* const> calls);

}  // namespace heddle::detect
