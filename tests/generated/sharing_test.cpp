// A search that is split at random among many parts explores the same traces as an undivided one.
#include <catch2/catch.hpp>
#include <memory>

#include "dpor.hpp"
#include "generated_program.hpp"
#include "searches.hpp"

using namespace heddle;

namespace {

constexpr std::uint64_t most_traces = 3000;  // a program with more is passed over

}  // namespace

TEST_CASE("a search split at random explores each trace once", "[generated]") {
  const std::uint64_t programs = generated::programs_wanted(600);
  std::uint64_t parts = 0;
  for (std::uint64_t seed = 1; seed <= programs; ++seed) {
    const generated::program p = generated::generate(seed);
    std::shared_ptr<generated::world> last;
    generated::subject s(generated::body(p, last), explore::time_mode::free);
    explore::dpor_strategy dpor;
    const generated::explored whole = s.search(dpor, most_traces);
    if (whole.group_panic || !whole.complete) continue;
    const generated::explored found = s.divided_search(seed, 2 * most_traces);
    INFO(generated::describe(p) << "parts " << found.parts);
    REQUIRE((found.traces == whole.traces));
    REQUIRE(found.executions == whole.traces.size());  // none twice
    REQUIRE(found.redundant == 0);
    parts += found.parts;
  }
  CHECK(parts > programs);
}
