#include "random.hpp"

namespace heddle::explore {

bool random_strategy::begin() {
  if (!samples_.next()) return false;
  decisions_ = seeded_random(samples_.seed());
  return true;
}

std::size_t random_strategy::pick(const point& at) {
  return at.alternatives.size() == 1 ? 0 : decisions_.below(at.alternatives.size());
}

}  // namespace heddle::explore
