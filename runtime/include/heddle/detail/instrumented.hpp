// Included before all else in code that is compiled for checking (CMake's heddle_instrument): lets
// the standard library count references out of line, where checking sees what they are.
#pragma once

#include <version>

#ifdef __GLIBCXX__
#undef _GLIBCXX_ATOMIC_BUILTINS
#endif

// GCC notes no accesses for a copy that it knows to be one, and then makes it in place: the standard
// library asks for such copies. As calls of functions (compiled with -fno-builtin-memcpy) they are
// seen.
#if defined(__GNUC__) && !defined(__clang__)
#include <cstring>
#define __builtin_memcpy(to, from, bytes) ::memcpy(to, from, bytes)
#define __builtin_memmove(to, from, bytes) ::memmove(to, from, bytes)
#define __builtin_memset(to, value, bytes) ::memset(to, value, bytes)
#endif
