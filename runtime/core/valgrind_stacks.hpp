// Valgrind is told where stacks lie, or it takes a switch for a frame of megabytes and calls what a
// goroutine's stack holds uninitialised. It has to be known when Heddle is built (its header is all
// that is needed), and costs nothing but a few instructions where stacks are mapped.
#pragma once

#include <cstddef>

namespace heddle::core {

// Whether the program runs under valgrind.
bool under_valgrind() noexcept;
// A stack of `bytes` from `base` up.
void tell_valgrind_of_stack(void* base, std::size_t bytes) noexcept;
// All that begin in an area that is about to be unmapped.
void tell_valgrind_of_unmapping(void* area, std::size_t bytes) noexcept;

}  // namespace heddle::core
