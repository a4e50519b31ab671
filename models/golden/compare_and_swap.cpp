// Goroutines that compare and swap. A failed compare-and-swap is a load, so two of them commute:
// a checker that takes each for a write exceeds these counts. The programs but for the indexer are
// those of GenMC's test suite (https://github.com/MPI-SWS/genmc, tests/correct/synthetic), by its
// names and sizes. Main starts the goroutines and waits for none.
#include <cstddef>
#include <deque>
#include <memory>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"

namespace {

using heddle::expected;

std::shared_ptr<heddle::atomic<int>> make_cell() {
  return std::make_shared<heddle::atomic<int>>(0);
}

// n goroutines swap 0 for a number of their own: n, one for each that may be first.
void cas(int n) {
  const auto x = make_cell();
  for (int id = 1; id <= n; ++id) heddle::go([x, id] { x->compare_and_swap(0, id); });
}

// One goroutine stores 2, n swap 2 for 3: n 2^(n-1) + 1. Each of n fails before the store or comes
// after it; of those that come after, any one is first and succeeds.
void wcas(int n) {
  const auto x = make_cell();
  heddle::go([x] { x->store(2); });
  for (int i = 0; i < n; ++i) heddle::go([x] { x->compare_and_swap(2, 3); });
}

// n goroutines, of which the i-th swaps i - 1 for i. The number of traces for n = 2, 3, ... is
// 2, 5, 14, 43, 144, 523, 2048, 8597.
void casrot(int n) {
  const auto x = make_cell();
  for (int id = 1; id <= n; ++id) heddle::go([x, id] { x->compare_and_swap(id - 1, id); });
}

// n goroutines swap 0 for 1 and then store. The number of traces for n = 2, 3, ... is 6, 66, 1200,
// 32880.
void casw(int n) {
  const auto x = make_cell();
  for (int id = 0; id < n; ++id)
    heddle::go([x, id] {
      x->compare_and_swap(0, 1);
      x->store(id + 3);
    });
}

// The indexer of Flanagan and Godefroid, "Dynamic partial-order reduction for model checking
// software" (POPL 2005): n goroutines put four numbers each into a hash table. The first collision
// is that of 12 goroutines: 8^(n - 11) from there on, and 1 below.
void indexer(int n) {
  constexpr int cells = 128;
  const auto table = std::make_shared<std::deque<heddle::atomic<int>>>(cells);
  for (int id = 0; id < n; ++id)
    heddle::go([table, id] {
      for (int i = 0; i < 4; ++i) {
        const int number = i * 11 + id;
        int hash = number * 7 % cells;
        while (!(*table)[static_cast<std::size_t>(hash)].compare_and_swap(0, number))
          hash = (hash + 1) % cells;
      }
    });
}

const heddle::model cas_5{"golden/cas_5",
                          expected::verified,
                          "Five goroutines swap 0 for their number. Five traces.",
                          [] { cas(5); },
                          {.count = 5}};

const heddle::model wcas_9{"golden/wcas_9",
                           expected::verified,
                           "A goroutine stores what nine others try to swap. 9 2^8 + 1 traces.",
                           [] { wcas(9); },
                           {.count = 2305}};

const heddle::model casrot_6{"golden/casrot_6",
                             expected::verified,
                             "Each of six goroutines swaps its predecessor's number for its own.",
                             [] { casrot(6); },
                             {.count = 144}};

const heddle::model casrot_9{"golden/casrot_9",
                             expected::verified,
                             "Each of nine goroutines swaps its predecessor's number for its own.",
                             [] { casrot(9); },
                             {.count = 8597}};

const heddle::model casw_4{"golden/casw_4",
                           expected::verified,
                           "Four goroutines swap and then store.",
                           [] { casw(4); },
                           {.count = 1200}};

const heddle::model casw_5{"golden/casw_5",
                           expected::verified,
                           "Five goroutines swap and then store.",
                           [] { casw(5); },
                           {.count = 32880}};

const heddle::model indexer_12{"golden/indexer_12",
                               expected::verified,
                               "Twelve goroutines fill a hash table, in which the last one may "
                               "collide. 8 traces.",
                               [] { indexer(12); },
                               {.count = 8}};

const heddle::model indexer_15{"golden/indexer_15",
                               expected::verified,
                               "15 goroutines fill a hash table, in which four may collide. 8^4 "
                               "traces.",
                               [] { indexer(15); },
                               {.count = 4096}};

}  // namespace
