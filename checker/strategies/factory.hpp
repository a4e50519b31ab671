// Strategies by the names that options use.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "strategy.hpp"

namespace heddle::explore {

// The names of the strategies that explore.
std::vector<std::string_view> strategy_names();
// Whether a strategy draws its executions from a seed, and can therefore never be exhausted.
bool is_sampling(std::string_view name);
// Null for a name that is not among strategy_names(). `seed` and `max_executions` are for sampling
// strategies; the others stop when they have covered everything.
std::unique_ptr<strategy> make_strategy(std::string_view name, std::uint64_t seed,
                                        std::uint64_t max_executions);

}  // namespace heddle::explore
