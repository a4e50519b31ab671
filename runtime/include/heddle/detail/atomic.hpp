// How atomics announce themselves to exploration mode. Called only while `exploring`.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "heddle/detail/seam.hpp"

namespace heddle::detail {

// A value as exploration mode compares it: its bytes up to eight, a hash of them beyond.
template <class T>
HEDDLE_UNWATCHED std::uint64_t value_bits(const T& value) noexcept {
  if constexpr (sizeof(T) == sizeof(std::uint64_t)) {
    return __builtin_bit_cast(std::uint64_t, value);
  } else if constexpr (sizeof(T) == sizeof(std::uint32_t)) {
    return __builtin_bit_cast(std::uint32_t, value);
  } else if constexpr (sizeof(T) == sizeof(std::uint8_t)) {
    return __builtin_bit_cast(std::uint8_t, value);
  } else if constexpr (sizeof(T) < sizeof(std::uint64_t)) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
  } else {
    std::uint64_t hash = 1469598103934665603U;  // FNV-1a
    for (const unsigned char* p = reinterpret_cast<const unsigned char*>(&value), *end = p + sizeof(T);
         p != end; ++p)
      hash = (hash ^ *p) * 1099511628211U;
    return hash;
  }
}

enum class atomic_access : std::uint8_t { load, store, update, compare_exchange };

// Announces an operation on the atomic at `address`, whose value is now `before`, and returns when
// it is this operation's turn. `expected` is what a compare-exchange compares with; `is_address`
// says that the value is a pointer, which may differ from one execution to the next.
void announce_atomic(const void* address, object_id id, atomic_access access, std::uint64_t before,
                     std::uint64_t expected, place at, bool is_address = false);
// Tells the value that the operation just announced left behind.
void note_atomic_value(std::uint64_t after);

}  // namespace heddle::detail
