// How fast executions are explored: executions and events per CPU-second, with Google Benchmark.
// docs/benchmarks.md has the figures and what they mean.
//
//   ./dev bench explore [REGEX]      or      heddle_bench_explore [--benchmark_...]
//
// One iteration is one check(), so that what a search does once (stacks, the confirmation of its
// first execution) is part of the time. A search without a bound must need exactly the executions
// that its model promises, or its figure counts for nothing.
#include <benchmark/benchmark.h>

#include "heddle/atomic.hpp"
#include "heddle/chan.hpp"
#include "heddle/check/check.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/sync.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace {

using heddle::expected;

void stores(int n, int m) {
  const auto x = std::make_shared<heddle::atomic<int>>(0);
  for (int id = 0; id < n; ++id)
    heddle::go([x, id, m] {
      for (int i = 0; i < m; ++i) x->store(id * m + i);
    });
}

// Each takes the fork of the smaller number first, so that nobody starves.
void philosophers_ordered(std::size_t n) {
  const auto forks = std::make_shared<std::deque<heddle::mutex>>(n);
  for (std::size_t i = 0; i < n; ++i)
    heddle::go([forks, first = std::min(i, (i + 1) % n), second = std::max(i, (i + 1) % n)] {
      (*forks)[first].lock();
      (*forks)[second].lock();
      (*forks)[second].unlock();
      (*forks)[first].unlock();
    });
}

// Three goroutines in a row, an unbuffered channel between each two.
void relay(int values) {
  const auto a = heddle::make_chan<int>();
  const auto b = heddle::make_chan<int>();
  heddle::go([a, values] {
    for (int i = 0; i < values; ++i) a.send(i);
  });
  heddle::go([a, b, values] {
    for (int i = 0; i < values; ++i) b.send(*a.recv());
  });
  heddle::go([b, values] {
    for (int i = 0; i < values; ++i) b.recv();
  });
}

const heddle::model stores_3x3{"bench/stores_3x3",
                               expected::verified,
                               "Three goroutines store three times to one atomic.",
                               [] { stores(3, 3); },
                               {.count = 1680}};

const heddle::model philosophers_ordered_3{"bench/philosophers_ordered_3",
                                           expected::verified,
                                           "Three philosophers, the smaller fork first.",
                                           [] { philosophers_ordered(3); },
                                           {.count = 6}};

const heddle::model channels_3x2_10{"bench/channels_3x2_10",
                                    expected::verified,
                                    "Three goroutines, two unbuffered channels, ten messages.",
                                    [] { relay(5); },
                                    {.count = 1}};

struct search {
  std::string name;  // as docs/benchmarks.md and the peers' programs call it
  std::string model;
  std::string strategy;
  std::uint64_t bound;  // executions; 0: all there are
};

const search searches[] = {
    {"stores_8x1", "golden/stores_8", "dpor", 0},
    {"stores_3x4", "golden/stores_3x4", "dpor", 0},
    {"fib_bench", "golden/fib_bench", "dpor", 50'000},
    {"lock_8", "golden/lockinc_8", "dpor", 0},
    {"philosophers_12", "golden/philosophers_12", "dpor", 0},
    {"pipeline_8x100", "golden/pipeline_8x100", "dpor", 0},
    {"lastzero_10", "golden/lastzero_10", "dpor", 0},
    {"big0", "golden/big0", "dpor", 50'000},
    {"rendezvous_4", "golden/rendezvous_4", "dpor", 0},
    {"stores_3x3", "bench/stores_3x3", "random", 50'000},
    {"philosophers_ordered_3", "bench/philosophers_ordered_3", "random", 50'000},
    {"channels_3x2_10", "bench/channels_3x2_10", "random", 20'000},
};

void explore(benchmark::State& state, const search& what, const heddle::model& m) {
  heddle::checker::options how;
  how.program = m.name();
  how.strategy = what.strategy;
  how.max_executions = what.bound;
  how.keep_going = true;
  double executions = 0;
  double events = 0;
  for ([[maybe_unused]] auto _ : state) {
    const heddle::checker::result r = heddle::checker::check(m.body(), how);
    if (what.bound == 0 && (!r.complete || r.explored != m.options().count)) {
      state.SkipWithError(("explored " + std::to_string(r.explored) + " instead of " +
                           std::to_string(m.options().count) + " executions " + r.message)
                              .c_str());
      return;
    }
    executions += static_cast<double>(r.explored + r.redundant);
    events += static_cast<double>(r.events);
  }
  using counter = benchmark::Counter;
  state.counters["executions_per_search"] = counter(executions, counter::kAvgIterations);
  state.counters["events_per_execution"] = counter(events / executions);
  state.counters["executions"] = counter(executions, counter::kIsRate);
  state.counters["events"] = counter(events, counter::kIsRate);
}

// Google Benchmark's lines as they come, and at the end one table of all.
class table_reporter : public benchmark::ConsoleReporter {
 public:
  table_reporter() : ConsoleReporter(OO_None) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& r : runs)
      if (!r.error_occurred && (r.repetitions <= 1 || r.aggregate_name == "median"))
        rows_.push_back(r);
  }

  void Finalize() override {
    ConsoleReporter::Finalize();
    std::fflush(nullptr);
    std::printf("\n%-32s %12s %12s %14s %14s\n", "program", "executions", "events each",
                "executions/CPU-s", "events/CPU-s");
    for (const Run& r : rows_)
      std::printf("%-32s %12.0f %12.1f %14.0f %14.0f\n", r.run_name.function_name.c_str(),
                  value(r, "executions_per_search"), value(r, "events_per_execution"),
                  value(r, "executions"), value(r, "events"));
  }

 private:
  static double value(const Run& r, const char* counter) {
    const auto at = r.counters.find(counter);
    return at == r.counters.end() ? 0 : static_cast<double>(at->second);
  }

  std::vector<Run> rows_;
};

const heddle::model* find_model(const std::string& name) {
  for (const heddle::model* m : heddle::model::all())
    if (m->name() == name) return m;
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const search& s : searches) {
    const heddle::model* m = find_model(s.model);
    if (m == nullptr) {
      std::fprintf(stderr, "there is no model %s\n", s.model.c_str());
      return 2;
    }
    benchmark::RegisterBenchmark((s.strategy + "/" + s.name).c_str(), [&s,
                                                                       m](benchmark::State& state) {
      explore(state, s, *m);
    })->Unit(benchmark::kMillisecond);
  }
  table_reporter shown;
  benchmark::RunSpecifiedBenchmarks(&shown);
  return 0;
}
