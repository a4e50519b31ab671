// Generated programs explored by strategies, and what is to be compared of that.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "happens_before.hpp"
#include "sequencer.hpp"
#include "strategy.hpp"

namespace heddle::generated {

// What is left of the executions that count: neither abandoned nor out of a bound.
struct explored {
  std::uint64_t executions = 0;
  bool cut = false;            // one ran into the bound on steps, which ended the search
  std::uint64_t redundant = 0;
  std::size_t parts = 1;       // of a divided search
  bool complete = false;
  bool group_panic = false;    // a wait group's counter would have become negative
  std::set<std::string> outcomes;
  std::set<std::uint64_t> traces;  // by hash
};

// By the hash of each trace, the fewest preemptions of a schedule of it.
using least_preemptions = std::map<std::uint64_t, unsigned>;

// A program under test. Its searches share the names of objects, so that hashes can be compared.
class subject {
 public:
  // `outcome` tells what the last execution observed; without it no outcomes are kept.
  subject(std::function<void()> body, explore::time_mode time,
          std::function<std::string()> outcome = {});

  // At most `most` executions. Calls `see` with the hash of each trace that counts.
  explored search(explore::strategy& s, std::uint64_t most,
                  const std::function<void(std::uint64_t)>& see = {});
  // By naive; none where it is incomplete or a wait group's panic forbids the comparison.
  std::optional<least_preemptions> count_preemptions(std::uint64_t most);
  // Reverse search, split at random among many parts, some of which go on elsewhere.
  explored divided_search(std::uint64_t seed, std::uint64_t most);

 private:
  std::uint64_t keep(explored& all, const explore::trace& t);

  std::function<void()> body_;
  std::function<std::string()> outcome_;
  explore::execution_limits limits_;
  explore::sequencer engine_;
  explore::happens_before order_;
};

// With at most this many preemptions naive and dpor find what naive without a bound needs no more
// for, and dpor finds none twice.
void expect_bounded(subject& s, const least_preemptions& least, unsigned most_preemptions,
                    std::uint64_t most);

// How many programs a test compares: $HEDDLE_GENERATED_PROGRAMS, or what suits every test run.
std::uint64_t programs_wanted(std::uint64_t usually);

}  // namespace heddle::generated
