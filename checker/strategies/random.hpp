// Random: every decision is drawn uniformly from the alternatives, independently of all before.
//
// An execution's decisions are a function of its own seed, so that one seed reproduces it. A bug
// that needs d decisions out of n to be right is found with the product of their probabilities;
// there is no lower bound worth quoting (Burckhardt et al., ASPLOS 2010, section 1).
#pragma once

#include <cstdint>

#include "sample_sequence.hpp"
#include "strategy.hpp"

namespace heddle::explore {

class random_strategy final : public strategy {
 public:
  // Executions 0..max-1; execution 0 uses `seed` itself.
  random_strategy(std::uint64_t seed, std::uint64_t max_executions)
      : samples_(seed, max_executions), decisions_(seed) {}

  std::string_view name() const override { return "random"; }
  bool begin() override;
  std::size_t pick(const point& at) override;
  void end(const trace&) override {}
  std::optional<std::uint64_t> seed() const override { return samples_.seed(); }

 private:
  sample_sequence samples_;
  seeded_random decisions_;
};

}  // namespace heddle::explore
