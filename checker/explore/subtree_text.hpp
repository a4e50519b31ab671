// Parts of a search as bytes. Actors and objects are written by their stable names, since the
// numbers that stand for them differ from process to process.
#pragma once

#include <string>
#include <string_view>

#include "names.hpp"
#include "subtree.hpp"

namespace heddle::explore {

std::string to_bytes(const subtree& part, const names& known);
// Throws bad_bytes.
subtree subtree_from(std::string_view bytes, names& known);

}  // namespace heddle::explore
