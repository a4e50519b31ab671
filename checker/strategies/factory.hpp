// Strategies by the names that options use.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strategy.hpp"

namespace heddle::explore {

// The names of the strategies that explore.
std::vector<std::string_view> strategy_names();
// What names the samplers that took turns: chosen by "auto", and no strategy by itself.
inline constexpr std::string_view portfolio = "portfolio";
// Whether a strategy draws its executions from a seed, and can therefore never be exhausted.
bool is_sampling(std::string_view name);

// For sampling strategies; the others stop when they have covered everything. The bound on
// preemptions is for all of them.
struct sampling {
  std::uint64_t seed = 0;
  std::uint64_t max_executions = ~std::uint64_t{0};
  std::uint64_t pct_depth = 3;
  std::optional<unsigned> preemptions = std::nullopt;
};

// Null for a name that is not among strategy_names().
std::unique_ptr<strategy> make_strategy(std::string_view name, const sampling& how = {});
// "dpor, naive, ...": what a sentence about an unknown strategy ends with.
std::string strategy_list();

}  // namespace heddle::explore
