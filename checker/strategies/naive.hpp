// Naive: every interleaving, depth first, with no reduction at all. The reference that the other
// strategies are tested against: simple enough to be right by inspection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strategy.hpp"

namespace heddle::explore {

class naive_strategy final : public strategy {
 public:
  std::string_view name() const override { return "naive"; }
  bool begin() override { return !exhausted_; }
  std::size_t pick(const point& at) override;
  void end(const trace& t) override;
  bool exhausted() const override { return exhausted_; }
  double progress() const override;
  std::string_view nondeterminism() const override { return nondeterminism_; }

 private:
  struct branching {
    std::size_t picked;
    std::size_t alternatives;
    std::uint64_t fingerprint;
  };
  std::vector<branching> path_;
  std::size_t depth_ = 0;
  bool exhausted_ = false;
  std::string nondeterminism_;
};

// The sentence for a model that does not do the same under the same decisions.
std::string describe_departure(const point& at);

}  // namespace heddle::explore
