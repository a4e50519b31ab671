// memcpy, memmove and memset: accesses to ranges when code compiled for checking calls them, be it
// by name or because the compiler copies an object so. The work is done by the C library's.
//
// combine.cmake gives these the names of the library's, for the program alone.
#include <cstddef>

#include "real_memory.hpp"
#include "watch.hpp"

namespace {

using heddle::instrument::is_watched;
using heddle::instrument::watching;

void note_copy(void* to, const void* from, std::size_t bytes, const void* code) {
  heddle::instrument::access(from, bytes, false, code);
  heddle::instrument::access(to, bytes, true, code);
}

}  // namespace

extern "C" {

void* heddle_watched_memcpy(void* to, const void* from, std::size_t bytes) {
  if (is_watched(__builtin_return_address(0))) [[unlikely]]
    note_copy(to, from, bytes, __builtin_return_address(0));
  return heddle_real_memcpy(to, from, bytes);
}

void* heddle_watched_memmove(void* to, const void* from, std::size_t bytes) {
  if (is_watched(__builtin_return_address(0))) [[unlikely]]
    note_copy(to, from, bytes, __builtin_return_address(0));
  return heddle_real_memmove(to, from, bytes);
}

void* heddle_watched_memset(void* to, int value, std::size_t bytes) {
  if (is_watched(__builtin_return_address(0))) [[unlikely]]
    watching().access(to, bytes, true, __builtin_return_address(0));
  return heddle_real_memset(to, value, bytes);
}

}  // extern "C"
