// Goroutines that meet at one, two or three atomics and nowhere else: the smallest programs whose
// traces can be counted by hand. A trace is the order of each atomic's events up to the order of
// loads between two writes, so counts multiply over the atomics. The programs are those of GenMC's
// test suite (https://github.com/MPI-SWS/genmc, tests/correct/synthetic), by its names and sizes,
// under sequential consistency. Main starts the goroutines and waits for none.
#include <deque>
#include <memory>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"

namespace {

using heddle::expected;

std::shared_ptr<heddle::atomic<int>> make_counter() {
  return std::make_shared<heddle::atomic<int>>(0);
}

// One writer, n readers: 2^n, as each reader is before or after the writer and commutes with the
// others.
void readers(int n) {
  const auto x = make_counter();
  heddle::go([x] { x->store(42); });
  for (int i = 0; i < n; ++i) heddle::go([x] { x->load(); });
}

// One reader, n + 1 writers: (n + 2)!, as the reader's place among ordered writers counts too.
void n_writers(int n) {
  const auto x = make_counter();
  heddle::go([x] { x->load(); });
  for (int i = 0; i <= n; ++i) heddle::go([x, i] { x->store(i); });
}

// n goroutines of m stores each: (nm)! / (m!)^n, the interleavings of n sequences.
void stores(int n, int m) {
  const auto x = make_counter();
  for (int id = 0; id < n; ++id)
    heddle::go([x, id, m] {
      for (int i = 0; i < m; ++i) x->store(id * m + i);
    });
}

// n goroutines that each add to `counters` atomics in the same order: (n!)^counters. GenMC's ainc,
// binc and cinc are those of one, two and three.
void increments(int n, std::size_t counters) {
  const auto cells = std::make_shared<std::deque<heddle::atomic<int>>>(counters);
  for (int i = 0; i < n; ++i)
    heddle::go([cells] {
      for (auto& cell : *cells) cell.fetch_add(1);
    });
}

// n goroutines that each load and then store, which adds a bit of their own unless one comes in
// between: (n!)^2. The n stores have n! orders; the i-th of them leaves its load i places.
void inc(int n) {
  const auto x = make_counter();
  for (int id = 0; id < n; ++id)
    heddle::go([x, id] {
      const int found = x->load();
      x->store(found + (1 << id));
    });
}

// The same with stores that do not depend on what was loaded: (n!)^2 as well, since a trace is an
// order of events and not of values.
void rw(int n) {
  const auto x = make_counter();
  for (int id = 0; id < n; ++id)
    heddle::go([x, id] {
      x->load();
      x->store(id);
    });
}

const heddle::model readers_13{"golden/readers_13",
                               expected::verified,
                               "A writer and 13 readers of one atomic. 2^13 traces.",
                               [] { readers(13); },
                               {.count = 8192}};

const heddle::model n_writers_4{"golden/n_writers_4",
                                expected::verified,
                                "A reader and five writers of one atomic. 6! traces.",
                                [] { n_writers(4); },
                                {.count = 720}};

const heddle::model stores_8{"golden/stores_8",
                             expected::verified,
                             "Eight goroutines store once to one atomic. 8! traces.",
                             [] { stores(8, 1); },
                             {.count = 40320}};

const heddle::model stores_3x4{"golden/stores_3x4",
                               expected::verified,
                               "Three goroutines store four times to one atomic. 12! / (4!)^3 "
                               "traces.",
                               [] { stores(3, 4); },
                               {.count = 34650}};

const heddle::model ainc_7{"golden/ainc_7",
                           expected::verified,
                           "Seven goroutines add to one atomic. 7! traces.",
                           [] { increments(7, 1); },
                           {.count = 5040}};

const heddle::model ainc_8{"golden/ainc_8",
                           expected::verified,
                           "Eight goroutines add to one atomic. 8! traces.",
                           [] { increments(8, 1); },
                           {.count = 40320}};

const heddle::model binc_4{"golden/binc_4",
                           expected::verified,
                           "Four goroutines add to two atomics. (4!)^2 traces.",
                           [] { increments(4, 2); },
                           {.count = 576}};

const heddle::model cinc_3{"golden/cinc_3",
                           expected::verified,
                           "Three goroutines add to three atomics. (3!)^3 traces.",
                           [] { increments(3, 3); },
                           {.count = 216}};

const heddle::model cinc_4{"golden/cinc_4",
                           expected::verified,
                           "Four goroutines add to three atomics. (4!)^3 traces.",
                           [] { increments(4, 3); },
                           {.count = 13824}};

const heddle::model inc_3{"golden/inc_3",
                          expected::verified,
                          "Three goroutines load an atomic and store what they add to it. (3!)^2 "
                          "traces.",
                          [] { inc(3); },
                          {.count = 36}};

const heddle::model rw_3{"golden/rw_3",
                         expected::verified,
                         "Three goroutines load an atomic and store to it. (3!)^2 traces.",
                         [] { rw(3); },
                         {.count = 36}};

const heddle::model rw_4{"golden/rw_4",
                         expected::verified,
                         "Four goroutines load an atomic and store to it. (4!)^2 traces.",
                         [] { rw(4); },
                         {.count = 576}};

}  // namespace
