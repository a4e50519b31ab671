// How many schedules a sampling strategy needs to find a bug: one line per model and strategy.
//
//   sampling [RUNS [MOST [MODEL|STRATEGY ...]]]
//
// RUNS searches (20) with the seeds 1..RUNS, each up to its first bug or MOST schedules (1000); a
// warm-up counts. The mean is over the searches that found it, as in the tables of the SURW paper.
// The names restrict what is run.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "heddle/check/check.hpp"
#include "heddle/model.hpp"

namespace {

struct summary {
  int found = 0;
  double mean = 0;
  double deviation = 0;
};

summary measure(const heddle::model& m, const std::string& strategy, std::uint64_t runs,
                std::uint64_t most) {
  std::vector<double> schedules;
  for (std::uint64_t seed = 1; seed <= runs; ++seed) {
    heddle::checker::options how;
    how.program = m.name();
    how.strategy = strategy;
    how.seed = seed;
    how.max_executions = most;
    const heddle::checker::result r = heddle::checker::check(m.body(), how);
    if (!r.failures.empty()) schedules.push_back(static_cast<double>(r.failures[0].execution));
  }
  summary s;
  s.found = static_cast<int>(schedules.size());
  if (schedules.empty()) return s;
  for (double n : schedules) s.mean += n / static_cast<double>(schedules.size());
  for (double n : schedules)
    s.deviation += (n - s.mean) * (n - s.mean) / static_cast<double>(schedules.size());
  s.deviation = std::sqrt(s.deviation);
  return s;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t runs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20;
  const std::uint64_t most = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1000;
  if (runs == 0 || most == 0) {
    std::fprintf(stderr, "usage: sampling [RUNS [MOST [MODEL|STRATEGY ...]]]\n");
    return 2;
  }
  const std::vector<std::string> strategies{"random", "pct", "pos", "surw"};
  const std::vector<std::string> names(argv + std::min(argc, 3), argv + argc);
  const auto named = [&](const std::string& name) { return std::ranges::count(names, name) > 0; };
  const bool any_strategy = std::ranges::none_of(strategies, named);
  const auto strategies_named = std::ranges::count_if(
      names, [&](const std::string& n) { return std::ranges::count(strategies, n) > 0; });
  const bool any_model = strategies_named == static_cast<std::ptrdiff_t>(names.size());
  std::printf("bench,strategy,seed-runs,found,mean schedules,deviation\n");
  for (const heddle::model* m : heddle::model::all())
    for (const std::string& strategy : strategies) {
      if (!(any_model || named(m->name())) || !(any_strategy || named(strategy))) continue;
      const summary s = measure(*m, strategy, runs, most);
      const std::string mean = s.found == 0 ? ","
                                            : std::to_string(std::lround(s.mean)) + "," +
                                                  std::to_string(std::lround(s.deviation));
      std::printf("%s,%s,%llu,%d,%s\n", m->name().c_str(), strategy.c_str(),
                  static_cast<unsigned long long>(runs), s.found, mean.c_str());
      std::fflush(stdout);
    }
  return 0;
}
