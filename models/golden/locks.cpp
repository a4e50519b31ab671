// Programs on mutexes and conditions. A trace is an order of each mutex's critical sections, with
// what can be read of it where nobody can get on: a deadlock is a trace like any other.
#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/place.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

using heddle::expected;

// n goroutines that each lock, add and unlock: n!. GenMC's lockinc
// (https://github.com/MPI-SWS/genmc, tests/correct/synthetic). Main waits for none of them.
void lockinc(int n) {
  struct guarded {
    heddle::mutex m;
    heddle::var<int> x = 0;
  };
  const auto shared = std::make_shared<guarded>();
  for (int i = 0; i < n; ++i)
    heddle::go([shared] {
      shared->m.lock();
      ++shared->x;
      shared->m.unlock();
    });
}

// The file system of Flanagan and Godefroid, "Dynamic partial-order reduction for model checking
// software" (POPL 2005): n goroutines each find a block for their inode. The first two that look at
// the same block are those of 14 goroutines: 2^(n - 13) from there on. Main waits for none of them.
void filesystem(std::size_t n) {
  constexpr std::size_t inodes = 32;
  constexpr std::size_t blocks = 26;
  struct disk {
    heddle::mutex inode_lock[inodes];
    heddle::var<std::size_t> inode[inodes];
    heddle::mutex block_lock[blocks];
    heddle::var<bool> busy[blocks];
  };
  const auto shared = std::make_shared<disk>();
  const auto allocate = [](disk& d, std::size_t i) {
    for (std::size_t b = i * 2 % blocks;; b = (b + 1) % blocks) {
      d.block_lock[b].lock();
      const bool free = !d.busy[b];
      if (free) {
        d.busy[b] = true;
        d.inode[i] = b + 1;
      }
      d.block_lock[b].unlock();
      if (free) return;
    }
  };
  for (std::size_t id = 0; id < n; ++id)
    heddle::go([shared, allocate, i = id % inodes] {
      shared->inode_lock[i].lock();
      if (shared->inode[i] == 0) allocate(*shared, i);
      shared->inode_lock[i].unlock();
    });
}

// n philosophers who take the left fork first, eat `rounds` times and put both back; main waits for
// them. For one round 2^n - 1 traces, for each of n forks has two that may be first to take it. If
// all forks are first taken as left ones, that is the deadlock. That all are first taken as right
// ones cannot be, as each right one is taken after a left one.
void dine(std::size_t n, int rounds) {
  std::deque<heddle::mutex> forks;
  for (std::size_t i = 0; i < n; ++i) forks.emplace_back(heddle::place::current());
  heddle::wait_group wg;
  wg.add(static_cast<std::int64_t>(n));
  for (std::size_t i = 0; i < n; ++i)
    heddle::go(heddle::named("philosopher " + std::to_string(i)),
               [&wg, rounds, &left = forks[i], &right = forks[(i + 1) % n]] {
                 for (int round = 0; round < rounds; ++round) {
                   left.lock();
                   right.lock();
                   right.unlock();
                   left.unlock();
                 }
                 wg.done();
               });
  wg.wait();
}

// A producer and a consumer of `items` values through a buffer with room for one, guarded by a
// mutex and two conditions; main waits for both. 2 4^(items - 1) traces.
void bounded_buffer(int items) {
  heddle::mutex m;
  heddle::cond not_full(m);
  heddle::cond not_empty(m);
  heddle::var<bool> full = false;
  heddle::wait_group wg;
  wg.add(2);
  heddle::go(heddle::named("producer"), [&] {
    for (int i = 0; i < items; ++i) {
      m.lock();
      not_full.wait_until([&] { return !full; });
      full = true;
      not_empty.signal();
      m.unlock();
    }
    wg.done();
  });
  heddle::go(heddle::named("consumer"), [&] {
    for (int i = 0; i < items; ++i) {
      m.lock();
      not_empty.wait_until([&] { return full.get(); });
      full = false;
      not_full.signal();
      m.unlock();
    }
    wg.done();
  });
  wg.wait();
}

const heddle::model lockinc_8{"golden/lockinc_8",
                              expected::verified,
                              "Eight goroutines lock, add and unlock. 8! traces.",
                              [] { lockinc(8); },
                              {.count = 40320}};

const heddle::model lockinc_6{"golden/lockinc_6",
                              expected::verified,
                              "Six goroutines add under a lock. 6! traces.",
                              [] { lockinc(6); },
                              {.count = 720}};

const heddle::model filesystem_16{"golden/filesystem_16",
                                  expected::verified,
                                  "16 goroutines find blocks for their inodes; three pairs meet. "
                                  "2^3 traces.",
                                  [] { filesystem(16); },
                                  {.count = 8}};

const heddle::model filesystem_19{"golden/filesystem_19",
                                  expected::verified,
                                  "19 goroutines find blocks for their inodes; six pairs meet. "
                                  "2^6 traces.",
                                  [] { filesystem(19); },
                                  {.count = 64}};

heddle::model philosophers(std::size_t n, heddle::place at = heddle::place::current()) {
  return heddle::model(
      "golden/philosophers_" + std::to_string(n), expected::deadlock,
      std::to_string(n) + " philosophers take the left fork first: 2^" + std::to_string(n) +
          " - 1 traces, one of them a deadlock.",
      [n] { dine(n, 1); }, {.count = (1ul << n) - 1}, at);
}

const heddle::model tables[] = {philosophers(3), philosophers(4),  philosophers(5),
                                philosophers(6), philosophers(7),  philosophers(8),
                                philosophers(9), philosophers(10), philosophers(12)};

const heddle::model philosophers_3x2{"golden/philosophers_3x2",
                                     expected::deadlock,
                                     "Three philosophers eat twice, left fork first: 106 traces, "
                                     "of which 16 are deadlocks.",
                                     [] { dine(3, 2); },
                                     {.count = 106}};

const heddle::model bounded_buffer_4{"golden/bounded_buffer_4",
                                     expected::verified,
                                     "Four values pass through a buffer for one, guarded by a "
                                     "mutex and two conditions. 2 4^3 traces.",
                                     [] { bounded_buffer(4); },
                                     {.count = 128}};

}  // namespace
