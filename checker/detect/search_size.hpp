// How large a search is: estimated by probes before it begins, and from its progress while it runs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "heddle/check/check.hpp"

namespace heddle::checker {

struct probing {
  size_estimate size;
  double seconds_per_execution = 0;
  std::uint64_t probes = 0;
  std::uint64_t cut = 0;  // executions that the bound on steps ended, dpor's first among them
};

// Up to 100 random executions, or as many as end within 0.2 s. What single probes estimate is
// spread over orders of magnitude, so that the result is the median of five groups' means, and the
// range is taken on a scale of logarithms. It is two deviations of a single probe and not of their
// mean: the more the probes differ, the more their mean is off as well, however many there are.
probing probe(const std::function<void()>& body, const options& how, bool interleavings);

// The weighted backtrack estimator (Kilby, Slaney, Thiebaux, Walsh, AAAI 2006): what has been
// explored, divided by the share of the tree that it is if the known branches of each node are of
// equal size. Early on it is low for dpor, which comes to know branches late. The range is that
// of the estimates made since half as much had been explored.
class running_size {
 public:
  // `progress`: see strategy::progress. To be called now and then.
  void look(std::uint64_t executions, double progress);
  // All zero while nothing is known.
  size_estimate estimate() const { return {total_, low_, high_}; }

 private:
  struct sample {
    double executions = 0;
    double total = 0;
  };
  std::array<sample, 16> samples_;  // a tenth apart
  std::size_t next_ = 0;
  double last_ = 0;
  double total_ = 0;
  double low_ = 0;
  double high_ = 0;
};

// "2 million", "34,000", "720": two digits are all that an estimate has.
std::string rounded(double number);
// "3 min": how long that is, roughly.
std::string duration_words(double seconds);
// "about 3% of an estimated 2 million", or "of an estimated 30,000 to 2 million"; empty while nothing
// is known.
std::string share_words(std::uint64_t executions, const size_estimate& size);
// The same for what a search that was cut came to, where something is known.
void add_estimate(result& r, std::uint64_t executions, const size_estimate& size);

}  // namespace heddle::checker
