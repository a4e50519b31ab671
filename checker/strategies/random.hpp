// Random: every decision is drawn uniformly from the alternatives, independently of all before.
//
// An execution's decisions are a function of its own seed, so that one seed reproduces it. A bug
// that needs d decisions out of n to be right is found with the product of their probabilities;
// there is no lower bound worth quoting (Burckhardt et al., ASPLOS 2010, section 1).
#pragma once

#include <cstdint>

#include "strategy.hpp"

namespace heddle::explore {

// A small generator with the same sequence on every platform: splitmix64 (Steele et al. 2014).
class seeded_random {
 public:
  explicit seeded_random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::size_t below(std::size_t n);  // REQUIRES: n > 0; unbiased

 private:
  std::uint64_t state_;
};

class random_strategy final : public strategy {
 public:
  // Executions 0..max-1; execution 0 uses `seed` itself.
  random_strategy(std::uint64_t seed, std::uint64_t max_executions);

  std::string_view name() const override { return "random"; }
  bool begin() override;
  std::size_t pick(const point& at) override;
  void end(const trace&) override {}
  std::optional<std::uint64_t> seed() const override { return execution_seed_; }

 private:
  seeded_random seeds_;
  seeded_random decisions_;
  std::uint64_t execution_seed_;
  std::uint64_t done_ = 0;
  std::uint64_t max_;
};

}  // namespace heddle::explore
