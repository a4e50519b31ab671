#include "factory.hpp"

#include <algorithm>
#include <array>

#include "dpor.hpp"
#include "naive.hpp"
#include "random.hpp"

namespace heddle::explore {

namespace {

struct entry {
  std::string_view name;
  bool sampling;
  std::unique_ptr<strategy> (*make)(std::uint64_t seed, std::uint64_t max_executions);
};

constexpr std::array<entry, 3> known{{
    {"dpor", false,
     [](std::uint64_t, std::uint64_t) -> std::unique_ptr<strategy> {
       return std::make_unique<dpor_strategy>();
     }},
    {"naive", false,
     [](std::uint64_t, std::uint64_t) -> std::unique_ptr<strategy> {
       return std::make_unique<naive_strategy>();
     }},
    {"random", true,
     [](std::uint64_t seed, std::uint64_t max_executions) -> std::unique_ptr<strategy> {
       return std::make_unique<random_strategy>(seed, max_executions);
     }},
}};

const entry* find(std::string_view name) {
  const auto at = std::ranges::find(known, name, &entry::name);
  return at == known.end() ? nullptr : &*at;
}

}  // namespace

std::vector<std::string_view> strategy_names() {
  std::vector<std::string_view> names;
  for (const entry& e : known) names.push_back(e.name);
  return names;
}

bool is_sampling(std::string_view name) {
  const entry* e = find(name);
  return e != nullptr && e->sampling;
}

std::unique_ptr<strategy> make_strategy(std::string_view name, std::uint64_t seed,
                                        std::uint64_t max_executions) {
  const entry* e = find(name);
  return e == nullptr ? nullptr : e->make(seed, max_executions);
}

}  // namespace heddle::explore
