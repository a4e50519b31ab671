// A search that is split at random among many parts explores the same traces as an undivided one.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <memory>
#include <set>
#include <vector>

#include "dpor.hpp"
#include "generated_program.hpp"
#include "happens_before.hpp"
#include "naive.hpp"
#include "random.hpp"
#include "reverse_search.hpp"
#include "sequencer.hpp"
#include "trace_hash.hpp"

using namespace heddle;

namespace {

struct shared_search {
  std::multiset<std::uint64_t> traces;
  std::size_t parts = 1;
};

class divided {
 public:
  divided(const generated::program& p, std::uint64_t seed, explore::sequencer& engine)
      : draws_(seed), engine_(engine) {
    body_ = generated::body(p, world_);
    limits_.stop_at_failure = false;
    parts_.push_back(std::make_unique<explore::reverse_search>());
  }

  shared_search run() {
    while (!parts_.empty()) {
      const std::size_t index = draws_.below(parts_.size());
      explore::reverse_search& p = *parts_[index];
      REQUIRE(p.begin());
      const explore::trace& t = engine_.run(body_, p, limits_);
      if (t.group_panicked) return {};  // begins again; not what is tested here
      order_.analyse(t, t.events.size());
      found_.traces.insert(explore::trace_hash(t, order_));
      p.end(t);
      REQUIRE(std::string(p.nondeterminism()).empty());
      REQUIRE(p.redundant() == 0);
      if (draws_.below(3) == 0) give_away(p);
      if (draws_.below(4) == 0)  // as if it went on in another process
        parts_[index] = std::make_unique<explore::reverse_search>(parts_[index]->save());
      if (parts_[index]->exhausted())
        parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(index));
    }
    return std::move(found_);
  }

 private:
  void give_away(explore::reverse_search& p) {
    for (const explore::subtree& branch : p.split(2 + draws_.below(3))) {
      parts_.push_back(std::make_unique<explore::reverse_search>(branch));
      ++found_.parts;
    }
  }

  explore::seeded_random draws_;
  std::shared_ptr<generated::world> world_;
  std::function<void()> body_;
  explore::execution_limits limits_;
  explore::sequencer& engine_;  // with its names, so that hashes can be compared
  explore::happens_before order_;
  std::vector<std::unique_ptr<explore::reverse_search>> parts_;
  shared_search found_;
};

}  // namespace

TEST_CASE("a search split at random explores each trace once", "[generated]") {
  const char* text = std::getenv("HEDDLE_GENERATED_PROGRAMS");
  const std::uint64_t programs = text == nullptr ? 600 : std::strtoull(text, nullptr, 10);
  std::uint64_t parts = 0;
  for (std::uint64_t seed = 1; seed <= programs; ++seed) {
    const generated::program p = generated::generate(seed);
    explore::dpor_strategy whole;
    std::set<std::uint64_t> expected;
    std::shared_ptr<generated::world> world;
    const std::function<void()> body = generated::body(p, world);
    explore::sequencer engine;
    explore::happens_before order;
    explore::execution_limits limits;
    limits.stop_at_failure = false;
    bool panicked = false;
    while (whole.begin() && expected.size() < 3000) {
      const explore::trace& t = engine.run(body, whole, limits);
      panicked = panicked || t.group_panicked;
      order.analyse(t, t.events.size());
      expected.insert(explore::trace_hash(t, order));
      whole.end(t);
    }
    if (panicked || !whole.exhausted()) continue;
    const shared_search found = divided(p, seed, engine).run();
    INFO(generated::describe(p) << "parts " << found.parts);
    const std::set<std::uint64_t> distinct(found.traces.begin(), found.traces.end());
    REQUIRE((distinct == expected));
    REQUIRE(found.traces.size() == expected.size());  // none twice
    parts += found.parts;
  }
  CHECK(parts > programs);
}
