// What the user may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heddle::cli {

// "; did you mean "tour/fan_in"?", or empty when nothing is near.
std::string suggestion(std::string_view written, const std::vector<std::string>& known);

}  // namespace heddle::cli
