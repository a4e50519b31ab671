// AddressSanitizer's search for leaks, where a test is built with it.
#pragma once

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

// What the calling thread allocates while this lives is no leak.
class leaks_on_purpose {
 public:
#ifdef __SANITIZE_ADDRESS__
  leaks_on_purpose() { __lsan_disable(); }
  ~leaks_on_purpose() { __lsan_enable(); }
#else
  leaks_on_purpose() {}  // not trivial, so that an unused one is no warning
#endif
  leaks_on_purpose(const leaks_on_purpose&) = delete;
  leaks_on_purpose& operator=(const leaks_on_purpose&) = delete;
};

// Whether there is one now; false where they are not looked for.
inline bool leaks_are_found() {
#ifdef __SANITIZE_ADDRESS__
  return __lsan_do_recoverable_leak_check() != 0;
#else
  return false;
#endif
}
