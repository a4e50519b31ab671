// twostage of SCTBench (Thomson, Donaldson and Betts, PPoPP 2014), after its twostage_bad.c.
//
// Two values that belong together are updated under two locks, one after the other.
#include <memory>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

namespace {

struct shared {
  heddle::mutex first_lock, second_lock;
  heddle::atomic<int> first{0};
  heddle::atomic<int> second{0};
  heddle::wait_group done;
};

void update(shared& s) {
  s.first_lock.lock();
  s.first.store(1);
  s.first_lock.unlock();
  s.second_lock.lock();
  s.second.store(s.first.load() + 1);
  s.second_lock.unlock();
}

void read(shared& s) {
  s.first_lock.lock();
  if (s.first.load() == 0) return s.first_lock.unlock();
  const int first = s.first.load();
  s.first_lock.unlock();
  s.second_lock.lock();
  const int second = s.second.load();
  s.second_lock.unlock();
  heddle::check(second == first + 1, "the second value belongs to the first");
}

// The failing check ends its execution while others still use what is shared.
void two_stages(int updaters, int readers) {
  const auto s = std::make_shared<shared>();
  for (int i = 0; i < updaters + readers; ++i) {
    s->done.add(1);
    heddle::go(heddle::named(i < updaters ? "updater" : "reader"), [s, i, updaters] {
      i < updaters ? update(*s) : read(*s);
      s->done.done();
    });
  }
  s->done.wait();
}

constexpr const char* about =
    "Updaters change two values, each under its own lock; a reader in between sees a new one and "
    "an old one. With many updaters the moment is rare: all must be held back before the second.";

// Exhaustive search gets nowhere on the larger ones.
const heddle::model_options sampled{
    .time = "", .strategy = "surw", .max_executions = 20000, .max_steps = 0, .count = 0};

const heddle::model twostage{"bugs/twostage", heddle::expected::assertion, about,
                             [] { two_stages(1, 1); }};
const heddle::model twostage_20{"bugs/twostage_20", heddle::expected::assertion, about,
                                [] { two_stages(10, 10); }, sampled};
const heddle::model twostage_50{"bugs/twostage_50", heddle::expected::assertion, about,
                                [] { two_stages(40, 10); }, sampled};
const heddle::model twostage_100{"bugs/twostage_100", heddle::expected::assertion, about,
                                 [] { two_stages(99, 1); }, sampled};

}  // namespace
