#include "random.hpp"

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

random_strategy::random_strategy(std::uint64_t seed, std::uint64_t max_executions)
    : seeds_(seed), decisions_(seed), execution_seed_(seed), max_(max_executions) {}

bool random_strategy::begin() {
  if (done_ == max_) return false;
  if (done_++ > 0) execution_seed_ = seeds_.next();
  decisions_ = seeded_random(execution_seed_);
  return true;
}

std::size_t random_strategy::pick(const point& at) {
  return at.alternatives.size() == 1 ? 0 : decisions_.below(at.alternatives.size());
}

}  // namespace heddle::explore
