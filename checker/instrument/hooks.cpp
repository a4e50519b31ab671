// The functions that code compiled with -fsanitize=thread calls: at every call and return, and
// before every access to memory. Heddle's own, in place of the sanitizer's runtime. Names and
// meaning are those that gcc's and clang's instrumentation use.
#include <cstddef>

#include "watch.hpp"

using heddle::instrument::watching;

// Every hook looks only while exploring; the flag is one load.
#define HEDDLE_ACCESS(NAME, BYTES, IS_WRITE)                                             \
  void NAME(void* address) {                                                             \
    if (heddle::detail::exploring) [[unlikely]]                                          \
      heddle::instrument::access(address, BYTES, IS_WRITE, __builtin_return_address(0)); \
  }

// Of the C library, not the program's: shared_ptr looks at it with every copy.
extern "C" char __libc_single_threaded;

#define HEDDLE_ACCESSES(PREFIX, BYTES)                      \
  HEDDLE_ACCESS(__tsan_##PREFIX##read##BYTES, BYTES, false) \
  HEDDLE_ACCESS(__tsan_##PREFIX##write##BYTES, BYTES, true)

// clang's read that is followed by a write of the same: one call for both.
#define HEDDLE_COMPOUND(PREFIX, BYTES)                                     \
  void __tsan_##PREFIX##read_write##BYTES(void* address) {                 \
    if (!heddle::detail::exploring) return;                                \
    watching().access(address, BYTES, false, __builtin_return_address(0)); \
    watching().access(address, BYTES, true, __builtin_return_address(0));  \
  }

#define HEDDLE_ALL_SIZES(MACRO, PREFIX) \
  MACRO(PREFIX, 1)                      \
  MACRO(PREFIX, 2)                      \
  MACRO(PREFIX, 4)                      \
  MACRO(PREFIX, 8)                      \
  MACRO(PREFIX, 16)

extern "C" {

void __tsan_init() {}

void __tsan_func_entry(void* caller) {
  if (heddle::detail::exploring) [[unlikely]]
    watching().enter(caller);
}

void __tsan_func_exit() {
  if (heddle::detail::exploring) [[unlikely]]
    watching().leave();
}

void __tsan_read1(void* address) {
  if (heddle::detail::exploring && address != &__libc_single_threaded) [[unlikely]]
    heddle::instrument::access(address, 1, false, __builtin_return_address(0));
}
HEDDLE_ACCESS(__tsan_write1, 1, true)
HEDDLE_ACCESSES(, 2)
HEDDLE_ACCESSES(, 4)
HEDDLE_ACCESSES(, 8)
HEDDLE_ACCESSES(, 16)
HEDDLE_ALL_SIZES(HEDDLE_ACCESSES, unaligned_)
HEDDLE_ALL_SIZES(HEDDLE_ACCESSES, volatile_)
HEDDLE_ALL_SIZES(HEDDLE_ACCESSES, unaligned_volatile_)
HEDDLE_ALL_SIZES(HEDDLE_COMPOUND, )
HEDDLE_ALL_SIZES(HEDDLE_COMPOUND, unaligned_)

void __tsan_read_range(void* address, std::size_t bytes) {
  if (heddle::detail::exploring) [[unlikely]]
    watching().access(address, bytes, false, __builtin_return_address(0));
}

void __tsan_write_range(void* address, std::size_t bytes) {
  if (heddle::detail::exploring) [[unlikely]]
    watching().access(address, bytes, true, __builtin_return_address(0));
}

// A destructor that stores the same pointer again disturbs nobody.
void __tsan_vptr_update(void** address, void* value) {
  if (heddle::detail::exploring && *address != value) [[unlikely]]
    watching().access(address, sizeof value, true, __builtin_return_address(0));
}

HEDDLE_ACCESS(__tsan_vptr_read, sizeof(void*), false)

}  // extern "C"
