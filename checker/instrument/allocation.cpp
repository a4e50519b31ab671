// The allocation functions of a program compiled for checking: what was done to memory before it
// was allocated anew is forgotten, and freeing is a write. The memory is glibc's.
//
// operator new and delete call these; they are replaced too, so that a report's place is theirs
// who called them.
#include <cerrno>
#include <cstdlib>
#include <malloc.h>
#include <new>

#include "watch.hpp"

using heddle::instrument::watching;

extern "C" {

void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);

}  // extern "C"

namespace {

// All of a block counts, also what was not asked for.
void* seen(void* memory, const void* code) {
  if (heddle::detail::exploring && memory != nullptr) [[unlikely]]
    watching().allocated(memory, malloc_usable_size(memory), code);
  return memory;
}

void release(void* memory, const void* code) {
  if (memory == nullptr) return;
  if (heddle::detail::exploring) [[unlikely]]
    watching().freed(memory, malloc_usable_size(memory), code);
  __libc_free(memory);
}

void* allocate(std::size_t bytes, std::size_t alignment, const void* code) {
  void* memory = alignment <= alignof(std::max_align_t) ? __libc_malloc(bytes)
                                                        : __libc_memalign(alignment, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return seen(memory, code);
}

}  // namespace

#define HEDDLE_HERE __builtin_return_address(0)

extern "C" {

void* malloc(std::size_t bytes) { return seen(__libc_malloc(bytes), HEDDLE_HERE); }
void* calloc(std::size_t count, std::size_t bytes) {
  return seen(__libc_calloc(count, bytes), HEDDLE_HERE);
}
void* realloc(void* memory, std::size_t bytes) {
  if (memory != nullptr && heddle::detail::exploring) [[unlikely]]
    watching().freed(memory, malloc_usable_size(memory), HEDDLE_HERE);
  return seen(__libc_realloc(memory, bytes), HEDDLE_HERE);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  return seen(__libc_memalign(alignment, bytes), HEDDLE_HERE);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return seen(__libc_memalign(alignment, bytes), HEDDLE_HERE);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  void* made = seen(__libc_memalign(alignment, bytes), HEDDLE_HERE);
  if (made == nullptr) return ENOMEM;
  *memory = made;
  return 0;
}
void free(void* memory) { release(memory, HEDDLE_HERE); }

}  // extern "C"

void* operator new(std::size_t bytes) { return allocate(bytes, 0, HEDDLE_HERE); }
void* operator new[](std::size_t bytes) { return allocate(bytes, 0, HEDDLE_HERE); }
void* operator new(std::size_t bytes, std::align_val_t a) {
  return allocate(bytes, static_cast<std::size_t>(a), HEDDLE_HERE);
}
void* operator new[](std::size_t bytes, std::align_val_t a) {
  return allocate(bytes, static_cast<std::size_t>(a), HEDDLE_HERE);
}
void operator delete(void* memory) noexcept { release(memory, HEDDLE_HERE); }
void operator delete[](void* memory) noexcept { release(memory, HEDDLE_HERE); }
void operator delete(void* memory, std::size_t) noexcept { release(memory, HEDDLE_HERE); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory, HEDDLE_HERE); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory, HEDDLE_HERE); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory, HEDDLE_HERE); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory, HEDDLE_HERE);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory, HEDDLE_HERE);
}
