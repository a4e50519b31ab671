// dpor against naive on generated programs over every primitive: the same outcomes, and each trace
// exactly once.
#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "dpor.hpp"
#include "factory.hpp"
#include "generated_program.hpp"
#include "naive.hpp"
#include "searches.hpp"

namespace {

using namespace heddle;
using generated::explored;

constexpr std::uint64_t most_interleavings = 4000;  // a program with more is passed over
constexpr std::uint64_t first_seed = 1;

// Whatever a sampling strategy meets, naive has met.
void expect_samples_within(const explored& all, generated::subject& s, std::uint64_t seed) {
  for (const std::string_view name : explore::strategy_names()) {
    if (!explore::is_sampling(name)) continue;
    const auto sampler = explore::make_strategy(name, {.seed = seed, .max_executions = 20});
    const explored some = s.search(*sampler, 20);
    INFO(name);
    REQUIRE(std::ranges::includes(all.outcomes, some.outcomes));
  }
}

}  // namespace

TEST_CASE("dpor reaches the outcomes of naive, each trace once, on generated programs",
          "[generated]") {
  const explore::time_mode time = GENERATE(explore::time_mode::free, explore::time_mode::idle);
  const std::uint64_t wanted = generated::programs_wanted(1500) / 2;
  std::uint64_t compared = 0;
  for (std::uint64_t seed = first_seed; compared < wanted; ++seed) {
    const generated::program p = generated::generate(seed);
    std::shared_ptr<generated::world> last;
    generated::subject s(generated::body(p, last), time,
                         [&] { return generated::outcome(*last); });
    explore::naive_strategy naive;
    const explored all = s.search(naive, most_interleavings);
    if (!all.complete) continue;
    ++compared;
    explore::dpor_strategy dpor;
    const explored once = s.search(dpor, 2 * most_interleavings);
    INFO(generated::describe(p) << "naive: " << all.executions << " interleavings, "
                                << all.traces.size() << " traces; dpor: " << once.executions
                                << " executions");
    REQUIRE(once.complete);
    REQUIRE(once.outcomes == all.outcomes);
    if (compared % 10 == 0) expect_samples_within(all, s, p.seed);
    if (once.group_panic) continue;  // found on the way: explored again with dones dependent
    REQUIRE(once.executions == once.traces.size());
    REQUIRE((once.traces == all.traces));
    REQUIRE(once.redundant == 0);
  }
  REQUIRE(compared == wanted);
}
