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
#include "sequencer.hpp"
#include "trace_hash.hpp"

using namespace heddle;

namespace {

struct shared_search {
  std::multiset<std::uint64_t> traces;
  std::uint64_t redundant = 0;
  std::size_t parts = 1;
};

struct part {
  std::unique_ptr<explore::dpor_strategy> search;
  part* from = nullptr;
  std::size_t depth = 0;  // where it was split off
  bool over = false;
};

class divided {
 public:
  divided(const generated::program& p, std::uint64_t seed, explore::sequencer& engine)
      : draws_(seed), engine_(engine) {
    body_ = generated::body(p, world_);
    limits_.stop_at_failure = false;
    parts_.push_back(std::make_unique<part>());
    parts_.front()->search = std::make_unique<explore::dpor_strategy>();
  }

  shared_search run() {
    while (!parts_.front()->over) {
      part& p = *parts_[draws_.below(parts_.size())];
      if (p.over || !p.search->begin()) continue;
      const explore::trace& t = engine_.run(body_, *p.search, limits_);
      if (t.group_panicked) return {};  // begins again; not what is tested here
      if (t.ended != explore::ending::abandoned) {
        order_.analyse(t, t.events.size());
        found_.traces.insert(explore::trace_hash(t, order_));
      }
      p.search->end(t);
      REQUIRE(std::string(p.search->nondeterminism()).empty());
      if (draws_.below(3) == 0) give_away(p);
      if (draws_.below(4) == 0) deliver(p);
      if (draws_.below(4) == 0) move(p);
      conclude(p);
    }
    found_.parts = parts_.size();
    return std::move(found_);
  }

 private:
  void give_away(part& p) {
    const std::optional<explore::subtree> branch = p.search->split();
    if (!branch) return;
    parts_.push_back(std::make_unique<part>());
    parts_.back()->search = std::make_unique<explore::dpor_strategy>(*branch);
    parts_.back()->from = &p;
    parts_.back()->depth = branch->floor - 1;
  }
  void deliver(part& p) {
    if (p.from == nullptr) return;
    const std::vector<explore::remote_plan> plans = p.search->take_remote_plans();
    const explore::subtree names = p.search->save();
    for (const explore::remote_plan& plan : plans) p.from->search->plan_remote(names, plan);
  }
  // As if it went on in another process.
  void move(part& p) {
    deliver(p);
    found_.redundant += p.search->redundant();
    p.search = std::make_unique<explore::dpor_strategy>(p.search->save());
  }
  void conclude(part& p) {
    if (!p.search->exhausted() || p.over) return;
    p.over = true;
    found_.redundant += p.search->redundant();
    if (p.from == nullptr) return;
    deliver(p);
    p.from->search->branch_explored(p.depth);
    conclude(*p.from);
  }

  explore::seeded_random draws_;
  std::shared_ptr<generated::world> world_;
  std::function<void()> body_;
  explore::execution_limits limits_;
  explore::sequencer& engine_;  // with its names, so that hashes can be compared
  explore::happens_before order_;
  std::vector<std::unique_ptr<part>> parts_;
  shared_search found_;
};

}  // namespace

TEST_CASE("a search split at random explores each trace once", "[generated]") {
  const char* text = std::getenv("HEDDLE_GENERATED_PROGRAMS");
  const std::uint64_t programs = text == nullptr ? 600 : std::strtoull(text, nullptr, 10);
  std::uint64_t redundant = 0;
  std::uint64_t parts = 0;
  std::uint64_t traces = 0;
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
    redundant += found.redundant;
    parts += found.parts;
    traces += expected.size();
  }
  CHECK(parts > programs);
  CHECK(redundant * 20 < traces);  // begun in vain, with a part for every five traces
}
