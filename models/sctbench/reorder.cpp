// reorder of SCTBench (Thomson, Donaldson and Betts, PPoPP 2014), after its reorder_N_bad.c.
//
// Setters write a and then b; checkers see to it that nobody observes one write without the other.
// Shared plain variables of the originals are atomics here, so that each access is a decision.
#include <memory>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

namespace {

struct shared {
  heddle::atomic<int> a{0};
  heddle::atomic<int> b{0};
  heddle::wait_group done;
};

void set(shared& s) {
  s.a.store(1);
  s.b.store(-1);
}

void check(shared& s) {
  heddle::check((s.a.load() == 0 && s.b.load() == 0) || (s.a.load() == 1 && s.b.load() == -1),
                "both writes of a setter are seen, or none");
}

// The failing check ends its execution while others still use what is shared.
void reorder(int setters, int checkers) {
  const auto s = std::make_shared<shared>();
  for (int i = 0; i < setters + checkers; ++i) {
    s->done.add(1);
    heddle::go(heddle::named(i < setters ? "setter" : "checker"), [s, i, setters] {
      i < setters ? set(*s) : check(*s);
      s->done.done();
    });
  }
  s->done.wait();
}

constexpr const char* about =
    "Setters write two variables one after the other, and a checker looks in between. With many "
    "setters the moment is rare: all of them must be held back there.";

// Exhaustive search gets nowhere on the larger ones.
const heddle::model_options sampled{
    .time = "", .strategy = "surw", .max_executions = 20000, .max_steps = 0, .count = 0};

const heddle::model reorder_3{"bugs/reorder_3", heddle::expected::assertion, about,
                              [] { reorder(2, 1); }};
const heddle::model reorder_5{"bugs/reorder_5", heddle::expected::assertion, about,
                              [] { reorder(4, 1); }, sampled};
const heddle::model reorder_10{"bugs/reorder_10", heddle::expected::assertion, about,
                               [] { reorder(9, 1); }, sampled};
const heddle::model reorder_20{"bugs/reorder_20", heddle::expected::assertion, about,
                               [] { reorder(10, 10); }, sampled};
const heddle::model reorder_50{"bugs/reorder_50", heddle::expected::assertion, about,
                               [] { reorder(40, 10); }, sampled};
const heddle::model reorder_100{"bugs/reorder_100", heddle::expected::assertion, about,
                                [] { reorder(99, 1); }, sampled};

}  // namespace
