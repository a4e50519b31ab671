#pragma once

namespace heddle::cli {

inline constexpr const char* version = HEDDLE_VERSION;

}  // namespace heddle::cli
