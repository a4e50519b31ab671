#include "factory.hpp"

#include <algorithm>
#include <array>

#include "dpor.hpp"
#include "naive.hpp"
#include "pct.hpp"
#include "pos.hpp"
#include "random.hpp"
#include "surw.hpp"

namespace heddle::explore {

namespace {

struct entry {
  std::string_view name;
  bool samples;
  std::unique_ptr<strategy> (*make)(const sampling&);
};

constexpr std::array<entry, 6> known{{
    {"dpor", false,
     [](const sampling&) -> std::unique_ptr<strategy> {
       return std::make_unique<dpor_strategy>();
     }},
    {"naive", false,
     [](const sampling&) -> std::unique_ptr<strategy> {
       return std::make_unique<naive_strategy>();
     }},
    {"random", true,
     [](const sampling& how) -> std::unique_ptr<strategy> {
       return std::make_unique<random_strategy>(how.seed, how.max_executions);
     }},
    {"pct", true,
     [](const sampling& how) -> std::unique_ptr<strategy> {
       return std::make_unique<pct_strategy>(how.seed, how.max_executions, how.pct_depth);
     }},
    {"pos", true,
     [](const sampling& how) -> std::unique_ptr<strategy> {
       return std::make_unique<pos_strategy>(how.seed, how.max_executions);
     }},
    {"surw", true,
     [](const sampling& how) -> std::unique_ptr<strategy> {
       return std::make_unique<surw_strategy>(how.seed, how.max_executions);
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
  return name == portfolio || (e != nullptr && e->samples);
}

std::unique_ptr<strategy> make_strategy(std::string_view name, const sampling& how) {
  const entry* e = find(name);
  return e == nullptr ? nullptr : e->make(how);
}

std::string strategy_list() {
  std::string list;
  for (const entry& e : known) list += (list.empty() ? "" : ", ") + std::string(e.name);
  return list;
}

}  // namespace heddle::explore
