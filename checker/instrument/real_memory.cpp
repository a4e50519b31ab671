#include "real_memory.hpp"

#include <dlfcn.h>

#include <cstdint>

namespace {

using copy_function = void*(void*, const void*, std::size_t);
using set_function = void*(void*, int, std::size_t);

void* copy_bytes(void* to, const void* from, std::size_t bytes) {
  auto* t = static_cast<volatile char*>(to);
  const auto* f = static_cast<const volatile char*>(from);
  if (reinterpret_cast<std::uintptr_t>(to) <= reinterpret_cast<std::uintptr_t>(from))
    for (std::size_t i = 0; i < bytes; ++i) t[i] = f[i];
  else
    for (std::size_t i = bytes; i-- > 0;) t[i] = f[i];
  return to;
}

void* set_bytes(void* to, int value, std::size_t bytes) {
  auto* t = static_cast<volatile char*>(to);
  for (std::size_t i = 0; i < bytes; ++i) t[i] = static_cast<char>(value);
  return to;
}

// Byte by byte until the library's are found; looking for them may itself copy.
constinit copy_function* real_copy = copy_bytes;
constinit copy_function* real_move = copy_bytes;
constinit set_function* real_set = set_bytes;

template <class F>
void find(const char* name, F*& known) {
  if (void* there = dlsym(RTLD_NEXT, name); there != nullptr) known = reinterpret_cast<F*>(there);
}

[[gnu::constructor(101)]] void find_all() {
  find("memcpy", real_copy);
  find("memmove", real_move);
  find("memset", real_set);
}

}  // namespace

extern "C" {

void* heddle_real_memcpy(void* to, const void* from, std::size_t bytes) {
  return real_copy(to, from, bytes);
}
void* heddle_real_memmove(void* to, const void* from, std::size_t bytes) {
  return real_move(to, from, bytes);
}
void* heddle_real_memset(void* to, int value, std::size_t bytes) {
  return real_set(to, value, bytes);
}

}  // extern "C"
