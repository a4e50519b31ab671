#include "seeded_random.hpp"

namespace heddle::explore {

std::uint64_t seeded_random::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

// Lemire: Fast Random Integer Generation in an Interval, 2019.
std::size_t seeded_random::below(std::size_t n) {
  __extension__ using wide = unsigned __int128;
  wide product = wide{next()} * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t unfair = (0 - std::uint64_t{n}) % n;
    while (static_cast<std::uint64_t>(product) < unfair) product = wide{next()} * n;
  }
  return static_cast<std::size_t>(product >> 64);
}

}  // namespace heddle::explore
