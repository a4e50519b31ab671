// What ThreadSanitizer is told where a program is compiled with it and linked with the runtime that
// was built for that (HEDDLE_SANITIZE=thread in CMake): what orders what, by the address of a thing that
// passes order on. docs/design/races.md has the edges. Nothing at all in other builds.
#pragma once

#ifdef HEDDLE_TELLS_THREAD_SANITIZER
extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void __tsan_java_alloc(unsigned long address, unsigned long bytes);
void __tsan_java_free(unsigned long address, unsigned long bytes);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}
#endif

namespace heddle::detail {

#ifdef HEDDLE_TELLS_THREAD_SANITIZER

// What was done before comes before what follows acquire_order() of the same address.
inline void release_order(const void* by) noexcept { __tsan_release(const_cast<void*>(by)); }
inline void acquire_order(const void* by) noexcept { __tsan_acquire(const_cast<void*>(by)); }

// What is done in such a scope is none of the program's accesses.
class unwatched_scope {
 public:
  unwatched_scope() noexcept { AnnotateIgnoreReadsBegin("", 0); }  // and writes, and freeing
  unwatched_scope(const unwatched_scope&) = delete;
  unwatched_scope& operator=(const unwatched_scope&) = delete;
  ~unwatched_scope() { AnnotateIgnoreReadsEnd("", 0); }
};

// The memory has a new owner, whom nothing orders with the one before. The two functions are those
// by which another language's allocator says so.
inline void forget_memory(const void* first, unsigned long bytes) noexcept {
  const auto address = reinterpret_cast<unsigned long>(first);
  __tsan_java_alloc(address, bytes);
  __tsan_java_free(address, bytes);
}

#else

inline void release_order(const void*) noexcept {}
inline void acquire_order(const void*) noexcept {}
inline void forget_memory(const void*, unsigned long) noexcept {}
struct unwatched_scope {
  unwatched_scope() noexcept {}  // not trivial, so that an unused one is no warning
};

#endif

}  // namespace heddle::detail
