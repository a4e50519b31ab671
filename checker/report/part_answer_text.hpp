// What a worker process answers about its part of a search, as bytes.
#pragma once

#include <string>
#include <string_view>

#include "part_search.hpp"

namespace heddle::report {

std::string to_bytes(const checker::part_answer& a);
// Throws explore::bad_bytes.
checker::part_answer part_answer_from(std::string_view bytes);

}  // namespace heddle::report
