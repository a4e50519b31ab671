#include "factory.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "dpor.hpp"
#include "naive.hpp"
#include "pct.hpp"
#include "pos.hpp"
#include "preemption_bound.hpp"
#include "random.hpp"
#include "surw.hpp"

namespace heddle::explore {

namespace {

struct entry {
  std::string_view name;
  bool samples;
  std::unique_ptr<strategy> (*make)(const sampling&);
  bool bounds_itself = false;  // by traces; the others' schedules are bounded from outside
};

constexpr std::array<entry, 6> known{{
    {"dpor", false,
     [](const sampling& how) -> std::unique_ptr<strategy> {
       auto made = std::make_unique<dpor_strategy>();
       if (how.preemptions) made->bound_preemptions(*how.preemptions);
       return made;
     },
     true},
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
  if (e == nullptr) return nullptr;
  std::unique_ptr<strategy> made = e->make(how);
  if (!how.preemptions || e->bounds_itself) return made;
  return std::make_unique<preemption_bound>(std::move(made), *how.preemptions);
}

std::string strategy_list() {
  std::string list;
  for (const entry& e : known) list += (list.empty() ? "" : ", ") + std::string(e.name);
  return list;
}

}  // namespace heddle::explore
