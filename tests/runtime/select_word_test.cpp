// The word of a select while other programs of the process come and go: whether there is more than
// one worker is asked for the process, and may change between two steps.
#include "select_word.hpp"

#include <atomic>
#include <catch2/catch.hpp>

namespace {

bool several_workers = false;

struct changing_atomics {
  template <class T>
  using atomic = std::atomic<T>;
  static bool shared() noexcept { return several_workers; }
};

using word = heddle::detail::select_word<changing_atomics>;

}  // namespace

TEST_CASE("a select that waits can be had, whenever other programs begin and end") {
  const bool at_begin = GENERATE(false, true);
  const bool at_open = GENERATE(false, true);
  const bool at_claim = GENERATE(false, true);
  word w;
  several_workers = at_begin;
  w.begin();
  several_workers = at_open;
  while (!w.try_open()) {  // looks at its cases again
  }
  several_workers = at_claim;
  REQUIRE(w.claim_for(3) == word::claim::won);
  REQUIRE(w.winner() == 3);
  REQUIRE(w.claim_for(4) == word::claim::late);
}
