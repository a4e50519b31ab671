// The bound on preemptions on generated programs: for every K, naive's bounded schedules and dpor's
// bounded traces are those that an unbounded naive needs at most K preemptions for.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "dpor.hpp"
#include "generated_program.hpp"
#include "happens_before.hpp"
#include "naive.hpp"
#include "preemption_bound.hpp"
#include "preemptions.hpp"
#include "sequencer.hpp"
#include "trace_hash.hpp"

using namespace heddle;

namespace {

constexpr std::uint64_t most_interleavings = 1500;  // a program with more is passed over
constexpr unsigned unbounded = 1000;

class subject {
 public:
  subject(const generated::program& p, explore::time_mode time) {
    body_ = generated::body(p, world_);
    limits_.stop_at_failure = false;
    limits_.time = time;
  }

  // Calls `see` with the hash of each trace in bound. False: there were too many executions, or a
  // wait group's panic made the search begin again.
  template <class Strategy, class See>
  bool explore(Strategy& s, See see) {
    std::uint64_t executions = 0;
    while (s.begin()) {
      if (++executions > most_interleavings) return false;
      const explore::trace& t = engine_.run(body_, s, limits_);
      if (t.group_panicked) return false;
      const bool counts = t.ended != explore::ending::abandoned && !s.out_of_bound(t);
      if (counts) {
        order_.analyse(t, t.events.size());
        see(explore::trace_hash(t, order_), t);
      }
      s.end(t);
    }
    executions_ = executions;
    return s.exhausted();
  }
  const explore::happens_before& order() const { return order_; }
  std::uint64_t executions() const { return executions_; }

 private:
  std::shared_ptr<generated::world> world_;
  std::function<void()> body_;
  explore::execution_limits limits_;
  explore::sequencer engine_;  // with its names, so that hashes can be compared
  explore::happens_before order_;
  std::uint64_t executions_ = 0;
};

using least_by_trace = std::map<std::uint64_t, unsigned>;

// What naive needs for each trace, if the program is small enough.
std::optional<least_by_trace> least_of_all(subject& s) {
  least_by_trace least;
  explore::preemption_bound naive(std::make_unique<explore::naive_strategy>(), unbounded);
  const bool whole = s.explore(naive, [&](std::uint64_t hash, const explore::trace&) {
    const auto [at, fresh] = least.emplace(hash, naive.spent());
    at->second = std::min(at->second, naive.spent());
  });
  if (!whole) return std::nullopt;
  return least;
}

std::set<std::uint64_t> within(const least_by_trace& least, unsigned most) {
  std::set<std::uint64_t> traces;
  for (const auto& [hash, needs] : least)
    if (needs <= most) traces.insert(hash);
  return traces;
}

}  // namespace

TEST_CASE("a bound on preemptions means the same to naive and dpor, on generated programs",
          "[generated]") {
  const auto time = GENERATE(explore::time_mode::free, explore::time_mode::idle);
  const char* text = std::getenv("HEDDLE_GENERATED_PROGRAMS");
  const std::uint64_t wanted = text == nullptr ? 500 : std::strtoull(text, nullptr, 10);
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 1; compared < wanted; ++seed) {
    const generated::program p = generated::generate(seed);
    subject s(p, time);
    const std::optional<least_by_trace> least = least_of_all(s);
    if (!least) continue;
    ++compared;
    for (unsigned most = 0; most <= 3; ++most) {
      INFO(generated::describe(p) << "at most " << most << " preemptions");
      const std::set<std::uint64_t> expected = within(*least, most);
      explore::dpor_strategy dpor;
      dpor.bound_preemptions(most);
      std::multiset<std::uint64_t> found;
      s.explore(dpor, [&](std::uint64_t hash, const explore::trace&) { found.insert(hash); });
      REQUIRE(found.size() == expected.size());
      REQUIRE((std::set<std::uint64_t>(found.begin(), found.end()) == expected));
      REQUIRE(dpor.left_out() == (expected.size() < least->size()));
      explore::preemption_bound naive(std::make_unique<explore::naive_strategy>(), most);
      std::set<std::uint64_t> scheduled;
      s.explore(naive, [&](std::uint64_t hash, const explore::trace&) { scheduled.insert(hash); });
      REQUIRE((scheduled == expected));
    }
  }
  REQUIRE(compared == wanted);
}
