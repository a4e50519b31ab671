// What public templates need to know of the runtime, and nothing more.
//
// `exploring` is the one flag that separates the two modes: false in performance mode, true while
// exploration mode drives this process. Inline fast paths test it once per operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "heddle/place.hpp"

// Where a program is compiled for checking (CMake's heddle_instrument) or with ThreadSanitizer, what
// these templates do under a lock or an operation of their own is not the program's: it is not
// watched for races. An atomic's operations are announced to the checker, and are to ThreadSanitizer
// what they are.
#if !defined(HEDDLE_INSTRUMENTED) && !defined(HEDDLE_TELLS_THREAD_SANITIZER)
#define HEDDLE_UNWATCHED
#elif defined(__clang__)
// The second keeps it from being inlined where it would be watched, the first leaves out atomics too.
#define HEDDLE_UNWATCHED \
  __attribute__((disable_sanitizer_instrumentation, no_sanitize("thread")))
#else
#define HEDDLE_UNWATCHED __attribute__((no_sanitize_thread))
#endif
#ifdef HEDDLE_INSTRUMENTED
#define HEDDLE_ANNOUNCED HEDDLE_UNWATCHED
#else
#define HEDDLE_ANNOUNCED
#endif

namespace heddle::detail {

// True while exploration mode drives this process. Written only between executions.
extern bool exploring;

// Stable name of an object within an execution; 0 is an object that was made outside of one.
using object_id = std::uint32_t;

object_id name_object_slow(const char* what, place at);

// Names an object that the running goroutine makes. Returns 0 outside exploration mode.
inline object_id name_object(const char* what, place at) {
  return exploring ? name_object_slow(what, at) : 0;
}

// How a channel moves and destroys the values that it carries, as Go's element type.
struct element_type {
  std::size_t size;
  std::size_t align;
  void (*move)(void* to, void* from);  // constructs *to from *from, which stays destructible
  void (*destroy)(void* value) noexcept;
  bool trivial;  // moving is copying its bytes, and destroying does nothing
};

template <class T>
const element_type& element_type_of() {
  static constexpr element_type type{
      sizeof(T), alignof(T), [](void* to, void* from) { new (to) T(std::move(*static_cast<T*>(from))); },
      [](void* value) noexcept { static_cast<T*>(value)->~T(); }, std::is_trivially_copyable_v<T>};
  return type;
}

}  // namespace heddle::detail
