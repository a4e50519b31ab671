// A small random generator with the same sequence on every platform: splitmix64 (Steele, Lea and
// Flood, OOPSLA 2014).
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::explore {

class seeded_random {
 public:
  explicit seeded_random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::size_t below(std::size_t n);  // REQUIRES: n > 0; unbiased

 private:
  std::uint64_t state_;
};

}  // namespace heddle::explore
