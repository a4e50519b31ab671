// Included before all else in code that is compiled for checking (CMake's heddle_instrument): lets
// the standard library count references out of line, where checking sees what they are.
#pragma once

#include <version>

#ifdef __GLIBCXX__
#undef _GLIBCXX_ATOMIC_BUILTINS
#endif
