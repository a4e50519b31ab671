// Which code of this program was compiled for checking.
//
// The runtime and the checker call the program's functions: they move its elements, and destroy
// what it captured. So an access is the program's only if every call that led to it came from code
// that was compiled for checking; such a function is known by its own call of __tsan_func_entry.
// Read from the program's symbol table before main; a program that was stripped cannot be checked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace heddle::instrument {

enum class code_kind : std::uint8_t {
  instrumented,  // compiled for checking
  starting,      // of the runtime, and calls the program's functions
  library,       // anything else in this program: the runtime, the checker
  elsewhere,     // in a shared library
};

code_kind look_up_code(std::uintptr_t address);

struct known_code {
  std::uintptr_t address = 0;
  code_kind kind = code_kind::library;
};
inline constexpr std::size_t most_known_code = 4096;
inline constinit std::array<known_code, most_known_code> recent_code{};

// Of the code that a call returns to.
inline code_kind kind_of_code(const void* return_address) {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(return_address) - 1;
  known_code& r = recent_code[(address ^ address >> 12) % most_known_code];
  if (r.address != address) [[unlikely]]
    r = {address, look_up_code(address)};
  return r.kind;
}

// Whether a function's static variable is guarded by the byte at an address: its loads are no
// operations, since the variable is made once for all executions.
bool is_static_guard(const void* address);

}  // namespace heddle::instrument
