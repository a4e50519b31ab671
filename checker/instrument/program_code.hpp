// Which code of this program was compiled for checking.
//
// What the standard library's templates are compiled to is shared by everybody in the program: the
// copies of code that was compiled for checking may be the ones that the checker calls, too. So an
// access is the program's only if every call that led to it came from code that was compiled for
// checking; such a function is known by its own call of __tsan_func_entry. Read from the program's
// symbol table before main; a program that was stripped cannot be checked.
#pragma once

#include <cstdint>

namespace heddle::instrument {

enum class code_kind : std::uint8_t {
  instrumented,  // compiled for checking
  starting,      // of the runtime, and calls the program's functions
  library,       // anything else in this program: the runtime, the checker
  elsewhere,     // in a shared library
};

// Of the code that a call returns to.
code_kind kind_of_code(const void* return_address);

// Whether a function's static variable is guarded by the byte at an address: its loads are no
// operations, since the variable is made once for all executions.
bool is_static_guard(const void* address);

}  // namespace heddle::instrument
