// Generated programs with nested goroutines, spinning loops and time: naive, dpor, reverse search
// whole and divided, and bounds on preemptions agree.
#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <memory>

#include "dpor.hpp"
#include "naive.hpp"
#include "nested_program.hpp"
#include "reverse_search.hpp"
#include "searches.hpp"

using namespace heddle;
using generated::explored;

namespace {

constexpr std::uint64_t most_interleavings = 1000;  // a program with more is passed over
constexpr unsigned most_preemptions = 2;

// Each of these traces once, and nothing begun in vain.
void expect_each_once(const explored& found, const explored& naive) {
  REQUIRE(found.complete);
  REQUIRE((found.traces == naive.traces));
  REQUIRE(found.outcomes == naive.outcomes);
  REQUIRE(found.executions == naive.traces.size());
  REQUIRE(found.redundant == 0);
}

enum class verdict { passed_over, compared };

verdict compare(const generated::nested_program& p, explore::time_mode time) {
  INFO(generated::describe(p) << (time == explore::time_mode::free ? "free" : "idle") << " time");
  std::shared_ptr<generated::nested_world> last;
  generated::subject s(generated::body(p, last), time, [&] { return generated::outcome(*last); });
  explore::naive_strategy naive;
  const explored all = s.search(naive, most_interleavings);
  if (!all.complete && !all.cut) return verdict::passed_over;
  explore::dpor_strategy dpor;
  const explored once = s.search(dpor, 2 * most_interleavings);
  INFO("naive: " << all.executions << " interleavings, " << all.traces.size()
                 << " traces; dpor: " << once.executions << " executions");
  REQUIRE(once.complete == all.complete);
  if (all.cut) return verdict::passed_over;  // somebody spins for ever
  if (all.group_panic) {  // dpor explores again with dones dependent
    REQUIRE(std::ranges::includes(once.outcomes, all.outcomes));
    return verdict::compared;
  }
  expect_each_once(once, all);
  explore::reverse_search reverse;
  expect_each_once(s.search(reverse, 2 * most_interleavings), all);
  expect_each_once(s.divided_search(p.seed, 2 * most_interleavings), all);
  const auto least = s.count_preemptions(most_interleavings);
  REQUIRE(least.has_value());
  for (unsigned most = 0; most <= most_preemptions; ++most) {
    INFO("at most " << most << " preemptions");
    generated::expect_bounded(s, *least, most, 2 * most_interleavings);
  }
  return verdict::compared;
}

}  // namespace

TEST_CASE("every search agrees with naive on generated programs that nest, spin and wait for time",
          "[generated][nested]") {
  const generated::topic about =
      GENERATE(from_range(std::begin(generated::topics), std::end(generated::topics)));
  const auto time = GENERATE(explore::time_mode::free, explore::time_mode::idle);
  const std::uint64_t wanted = generated::programs_wanted(3000) / std::size(generated::topics) / 2;
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 1; compared < wanted; ++seed)
    compared += compare(generated::generate_nested(seed, about), time) == verdict::compared;
  REQUIRE(compared == wanted);
}
