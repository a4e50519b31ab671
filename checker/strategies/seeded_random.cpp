#include "seeded_random.hpp"

namespace heddle::explore {

std::uint64_t seeded_random::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

std::size_t seeded_random::below(std::size_t n) {
  const std::uint64_t biased = ~std::uint64_t{0} - ~std::uint64_t{0} % n;  // a multiple of n
  for (;;) {
    const std::uint64_t drawn = next();
    if (drawn < biased) return static_cast<std::size_t>(drawn % n);
  }
}

}  // namespace heddle::explore
