// memcpy, memmove and memset: accesses to ranges when code compiled for checking calls them, be it
// by name or because the compiler copies an object so. The work is done by the C library's.
#include <dlfcn.h>

#include <cstddef>

#include "watch.hpp"

namespace {

using heddle::instrument::code_kind;
using heddle::instrument::kind_of_code;
using heddle::instrument::watching;

using copy_function = void* (*)(void*, const void*, std::size_t);
using set_function = void* (*)(void*, int, std::size_t);

// Looking a function up may itself copy: until it is found, byte by byte.
template <class F>
F next(const char* name, F& known) {
  static bool looking = false;
  if (known != nullptr || looking) return known;
  looking = true;
  known = reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
  looking = false;
  return known;
}

copy_function real_copy = nullptr;
copy_function real_move = nullptr;
set_function real_set = nullptr;

bool is_watched(const void* code) {
  return heddle::detail::exploring && kind_of_code(code) == code_kind::instrumented;
}

void note_copy(void* to, const void* from, std::size_t bytes, const void* code) {
  watching().access(from, bytes, false, code);
  watching().access(to, bytes, true, code);
}

void copy_bytes(void* to, const void* from, std::size_t bytes) {
  auto* t = static_cast<volatile char*>(to);
  const auto* f = static_cast<const volatile char*>(from);
  if (reinterpret_cast<std::uintptr_t>(to) <= reinterpret_cast<std::uintptr_t>(from))
    for (std::size_t i = 0; i < bytes; ++i) t[i] = f[i];
  else
    for (std::size_t i = bytes; i-- > 0;) t[i] = f[i];
}

}  // namespace

extern "C" {

void* memcpy(void* to, const void* from, std::size_t bytes) {
  if (is_watched(__builtin_return_address(0))) [[unlikely]]
    note_copy(to, from, bytes, __builtin_return_address(0));
  if (const copy_function real = next("memcpy", real_copy)) return real(to, from, bytes);
  copy_bytes(to, from, bytes);
  return to;
}

void* memmove(void* to, const void* from, std::size_t bytes) {
  if (is_watched(__builtin_return_address(0))) [[unlikely]]
    note_copy(to, from, bytes, __builtin_return_address(0));
  if (const copy_function real = next("memmove", real_move)) return real(to, from, bytes);
  copy_bytes(to, from, bytes);
  return to;
}

void* memset(void* to, int value, std::size_t bytes) {
  if (is_watched(__builtin_return_address(0))) [[unlikely]]
    watching().access(to, bytes, true, __builtin_return_address(0));
  if (const set_function real = next("memset", real_set)) return real(to, value, bytes);
  auto* t = static_cast<volatile char*>(to);
  for (std::size_t i = 0; i < bytes; ++i) t[i] = static_cast<char>(value);
  return to;
}

}  // extern "C"
