// The bound on preemptions on generated programs: for every K, naive's bounded schedules and dpor's
// bounded traces are those that an unbounded naive needs at most K preemptions for.
#include <catch2/catch.hpp>
#include <memory>

#include "generated_program.hpp"
#include "searches.hpp"

using namespace heddle;

namespace {

constexpr std::uint64_t most_interleavings = 1500;  // a program with more is passed over

}  // namespace

TEST_CASE("a bound on preemptions means the same to naive and dpor, on generated programs",
          "[generated]") {
  const auto time = GENERATE(explore::time_mode::free, explore::time_mode::idle);
  const std::uint64_t wanted = generated::programs_wanted(500);
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 1; compared < wanted; ++seed) {
    const generated::program p = generated::generate(seed);
    std::shared_ptr<generated::world> last;
    generated::subject s(generated::body(p, last), time);
    const auto least = s.count_preemptions(most_interleavings);
    if (!least) continue;
    ++compared;
    for (unsigned most = 0; most <= 3; ++most) {
      INFO(generated::describe(p) << "at most " << most << " preemptions");
      generated::expect_bounded(s, *least, most, 2 * most_interleavings);
    }
  }
  REQUIRE(compared == wanted);
}
