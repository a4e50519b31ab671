#include "searches.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "dpor.hpp"
#include "naive.hpp"
#include "preemption_bound.hpp"
#include "reverse_search.hpp"
#include "seeded_random.hpp"
#include "trace_hash.hpp"

namespace heddle::generated {

namespace {

using explore::ending;

constexpr unsigned unbounded = 1000;
constexpr std::size_t most_steps = 200;  // more than any of these programs takes but to spin

std::set<std::uint64_t> within(const least_preemptions& least, unsigned most) {
  std::set<std::uint64_t> traces;
  for (const auto& [hash, needs] : least)
    if (needs <= most) traces.insert(hash);
  return traces;
}

}  // namespace

subject::subject(std::function<void()> body, explore::time_mode time,
                 std::function<std::string()> outcome)
    : body_(std::move(body)), outcome_(std::move(outcome)) {
  limits_.stop_at_failure = false;
  limits_.max_steps = most_steps;
  limits_.time = time;
}

std::uint64_t subject::keep(explored& all, const explore::trace& t) {
  ++all.executions;
  all.cut = all.cut || t.ended == ending::cut || t.ended == ending::unfair_cut;
  all.group_panic = all.group_panic || t.group_panicked;
  order_.analyse(t, t.events.size());
  const std::uint64_t hash = explore::trace_hash(t, order_);
  all.traces.insert(hash);
  if (outcome_) all.outcomes.insert(outcome_());
  return hash;
}

explored subject::search(explore::strategy& s, std::uint64_t most,
                         const std::function<void(std::uint64_t)>& see) {
  explored all;
  for (std::uint64_t begun = 0; begun < most && s.begin(); ++begun) {
    const explore::trace& t = engine_.run(body_, s, limits_);
    if (t.ended != ending::abandoned && !s.out_of_bound(t)) {
      const std::uint64_t hash = keep(all, t);
      if (see) see(hash);
      if (all.cut) return all;
    }
    s.end(t);
  }
  all.redundant = s.redundant();
  all.complete = s.exhausted();
  REQUIRE(std::string(s.nondeterminism()).empty());
  return all;
}

std::optional<least_preemptions> subject::count_preemptions(std::uint64_t most) {
  least_preemptions least;
  explore::preemption_bound naive(std::make_unique<explore::naive_strategy>(), unbounded);
  const explored all = search(naive, most, [&](std::uint64_t hash) {
    const auto [at, fresh] = least.emplace(hash, naive.spent());
    at->second = std::min(at->second, naive.spent());
  });
  if (!all.complete || all.group_panic) return std::nullopt;
  return least;
}

explored subject::divided_search(std::uint64_t seed, std::uint64_t most) {
  using explore::reverse_search;
  explored all;
  explore::seeded_random draws(seed);
  std::vector<std::unique_ptr<reverse_search>> parts;
  parts.push_back(std::make_unique<reverse_search>());
  while (!parts.empty() && all.executions < most) {
    const std::size_t index = draws.below(parts.size());
    reverse_search& p = *parts[index];
    REQUIRE(p.begin());
    const explore::trace& t = engine_.run(body_, p, limits_);
    if (t.ended != ending::abandoned) keep(all, t);
    if (all.cut || all.group_panic) return all;  // the latter begins again; not what is compared
    p.end(t);
    REQUIRE(std::string(p.nondeterminism()).empty());
    all.redundant = std::max(all.redundant, p.redundant());
    if (draws.below(3) == 0) {
      for (const explore::subtree& branch : p.split(2 + draws.below(3))) {
        parts.push_back(std::make_unique<reverse_search>(branch));
        ++all.parts;
      }
    }
    if (draws.below(4) == 0)  // as if it went on in another process
      parts[index] = std::make_unique<reverse_search>(parts[index]->save());
    if (parts[index]->exhausted())
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(index));
  }
  all.complete = parts.empty();
  return all;
}

void expect_bounded(subject& s, const least_preemptions& least, unsigned most_preemptions,
                    std::uint64_t most) {
  const std::set<std::uint64_t> expected = within(least, most_preemptions);
  explore::dpor_strategy dpor;
  dpor.bound_preemptions(most_preemptions);
  const explored found = s.search(dpor, most);
  REQUIRE(found.executions == expected.size());
  REQUIRE((found.traces == expected));
  REQUIRE(dpor.left_out() == (expected.size() < least.size()));
  explore::preemption_bound naive(std::make_unique<explore::naive_strategy>(), most_preemptions);
  REQUIRE((s.search(naive, most).traces == expected));
}

std::uint64_t programs_wanted(std::uint64_t usually) {
  const char* text = std::getenv("HEDDLE_GENERATED_PROGRAMS");
  return text == nullptr ? usually : std::strtoull(text, nullptr, 10);
}

}  // namespace heddle::generated
