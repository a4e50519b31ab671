// memcpy, memmove and memset as the C library has them: for the checker and the runtime, whose own
// copies are nobody's accesses (combine.cmake), and to do what the watched ones have noted.
#pragma once

#include <cstddef>

extern "C" {

void* heddle_real_memcpy(void* to, const void* from, std::size_t bytes);
void* heddle_real_memmove(void* to, const void* from, std::size_t bytes);
void* heddle_real_memset(void* to, int value, std::size_t bytes);

}  // extern "C"
