// A place in the source: where a goroutine was created, where an operation stands.
//
// Every operation takes a place as its last, defaulted parameter, so that reports can name
// file and line without macros. It costs one constant pointer.
#pragma once

#include <source_location>

#ifndef __cpp_lib_source_location
#include <cstdint>
#endif

namespace heddle {

#ifdef __cpp_lib_source_location
using place = std::source_location;
#else
// The same for compilers whose library lacks it (clang before 15), by value.
class place {
 public:
  static constexpr place current(const char* file = __builtin_FILE(),
                                 const char* function = __builtin_FUNCTION(),
                                 std::uint_least32_t line = __builtin_LINE()) noexcept {
    place here;
    here.file_ = file;
    here.function_ = function;
    here.line_ = line;
    return here;
  }
  constexpr std::uint_least32_t line() const noexcept { return line_; }
  constexpr std::uint_least32_t column() const noexcept { return 0; }
  constexpr const char* file_name() const noexcept { return file_; }
  constexpr const char* function_name() const noexcept { return function_; }

 private:
  const char* file_ = "";
  const char* function_ = "";
  std::uint_least32_t line_ = 0;
};
#endif

}  // namespace heddle
