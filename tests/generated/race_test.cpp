// The races of generated programs: what dpor finds, what naive finds where every plain access is a
// decision, and what the memory model says, are the same pairs of places.
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <set>
#include <string>

#include "dpor.hpp"
#include "generated_program.hpp"
#include "naive.hpp"
#include "race_reference.hpp"
#include "searches.hpp"
#include "sequencer.hpp"

namespace {

using namespace heddle;
using generated::place_pair;

constexpr std::uint64_t most_interleavings = 3000;  // a program with more is passed over

struct explored {
  bool complete = false;
  std::uint64_t executions = 0;
  std::set<place_pair> found;
  std::set<place_pair> expected;  // by the reference
};

enum class compare_each { no, yes };

explored explore_all(explore::strategy& s, const std::function<void()>& body,
                     std::shared_ptr<generated::world>& last, compare_each reference) {
  explored all;
  explore::sequencer engine;
  explore::execution_limits limits;
  limits.stop_at_failure = false;
  while (all.executions <= most_interleavings && s.begin()) {
    const explore::trace& t = engine.run(body, s, limits);
    ++all.executions;
    std::set<place_pair> found;
    for (const explore::race& r : t.races) {
      const auto a = reinterpret_cast<std::uintptr_t>(r.first.code);
      const auto b = reinterpret_cast<std::uintptr_t>(r.second.code);
      found.insert(std::minmax(a, b));
    }
    if (reference == compare_each::yes) {
      const std::set<place_pair> expected =
          generated::reference_races(t, generated::accesses(*last));
      REQUIRE(found == expected);
      all.expected.insert(expected.begin(), expected.end());
    }
    all.found.insert(found.begin(), found.end());
    s.end(t);
  }
  all.complete = s.exhausted();
  return all;
}

}  // namespace

TEST_CASE("the races of generated programs are those of naive with plain accesses as decisions",
          "[generated][race]") {
  const std::uint64_t wanted = generated::programs_wanted(1200);
  std::uint64_t compared = 0;
  std::uint64_t racy = 0;
  std::uint64_t pairs = 0;
  for (std::uint64_t seed = 1; compared < wanted; ++seed) {
    const generated::program p = generated::generate_racing(seed);
    INFO(generated::describe(p));
    std::shared_ptr<generated::world> last;
    explore::naive_strategy naive;
    const explored fine =
        explore_all(naive, generated::body_with_plain_decisions(p, last), last, compare_each::no);
    if (!fine.complete) continue;
    ++compared;
    explore::dpor_strategy dpor;
    const explored once = explore_all(dpor, generated::body(p, last), last, compare_each::yes);
    REQUIRE(once.complete);
    REQUIRE(once.found == fine.found);
    racy += !once.found.empty();
    pairs += once.found.size();
  }
  std::printf("%llu programs compared, %llu of them with races, %llu racing pairs\n",
              static_cast<unsigned long long>(compared), static_cast<unsigned long long>(racy),
              static_cast<unsigned long long>(pairs));
  CHECK(pairs > racy);  // some have several
  CHECK(racy > wanted / 4);
  CHECK(racy < wanted * 9 / 10);
}
