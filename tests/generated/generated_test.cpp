// dpor against naive on generated programs over every primitive: the same outcomes, and each trace
// exactly once.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "dpor.hpp"
#include "factory.hpp"
#include "generated_program.hpp"
#include "naive.hpp"
#include "sequencer.hpp"
#include "trace_hash.hpp"

namespace {

using namespace heddle;

constexpr std::uint64_t most_interleavings = 4000;  // a program with more is passed over
constexpr std::uint64_t first_seed = 1;

struct explored {
  std::uint64_t executions = 0;
  std::uint64_t redundant = 0;
  bool complete = false;
  bool group_panic = false;  // a wait group's counter would have become negative
  std::set<std::string> outcomes;
  std::map<std::uint64_t, std::string> traces;  // by hash, each with an outcome
};

explored explore_all(explore::strategy& s, const generated::program& p, std::uint64_t most,
                     explore::time_mode time) {
  explored all;
  explore::sequencer engine;
  explore::execution_limits limits;
  limits.stop_at_failure = false;
  limits.time = time;
  std::shared_ptr<generated::world> last;
  const std::function<void()> body = generated::body(p, last);
  explore::happens_before order;
  while (all.executions < most && s.begin()) {
    const explore::trace& t = engine.run(body, s, limits);
    if (t.ended != explore::ending::abandoned) {
      ++all.executions;
      all.group_panic = all.group_panic || !t.group_panics().empty();
      order.analyse(t, t.events.size());
      const std::string how = generated::outcome(*last);
      all.outcomes.insert(how);
      all.traces.emplace(explore::trace_hash(t, order), how);
    }
    s.end(t);
  }
  all.redundant = s.redundant();
  all.complete = s.exhausted();
  REQUIRE(std::string(s.nondeterminism()).empty());
  return all;
}

std::uint64_t programs_wanted() {
  const char* text = std::getenv("HEDDLE_GENERATED_PROGRAMS");
  return text == nullptr ? 1500 : std::strtoull(text, nullptr, 10);
}

// Whatever a sampling strategy meets, naive has met.
void expect_samples_within(const explored& all, const generated::program& p,
                           explore::time_mode time) {
  for (const std::string_view name : explore::strategy_names()) {
    if (!explore::is_sampling(name)) continue;
    const auto sampler = explore::make_strategy(name, {.seed = p.seed, .max_executions = 20});
    const explored some = explore_all(*sampler, p, 20, time);
    INFO(name << "\n" << generated::describe(p));
    REQUIRE(std::ranges::includes(all.outcomes, some.outcomes));
  }
}

}  // namespace

TEST_CASE("dpor reaches the outcomes of naive, each trace once, on generated programs",
          "[generated]") {
  const explore::time_mode time = GENERATE(explore::time_mode::free, explore::time_mode::idle);
  const std::uint64_t wanted = programs_wanted() / 2;
  std::uint64_t compared = 0;
  for (std::uint64_t seed = first_seed; compared < wanted; ++seed) {
    const generated::program p = generated::generate(seed);
    explore::naive_strategy naive;
    const explored all = explore_all(naive, p, most_interleavings, time);
    if (!all.complete) continue;
    ++compared;
    explore::dpor_strategy dpor;
    const explored once = explore_all(dpor, p, most_interleavings + 1, time);
    INFO(generated::describe(p) << "naive: " << all.executions << " interleavings, "
                                << all.traces.size() << " traces; dpor: " << once.executions
                                << " executions");
    REQUIRE(once.complete);
    REQUIRE(once.outcomes == all.outcomes);
    if (compared % 10 == 0) expect_samples_within(all, p, time);
    if (once.group_panic) continue;  // found on the way: explored again with dones dependent
    REQUIRE(once.executions == once.traces.size());
    REQUIRE(once.traces.size() == all.traces.size());
    REQUIRE(once.redundant == 0);
  }
  REQUIRE(compared == wanted);
}
