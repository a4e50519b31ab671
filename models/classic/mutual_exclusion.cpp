// Locks made of atomics: Peterson's, Dekker's and the ticket lock, and Peterson's with two stores
// in the wrong order. Waiting spins; yield tells the checker that going round again is pointless
// until something has changed.
#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

enum class store_order { wants_first, turn_first };

// G. L. Peterson, "Myths about the mutual exclusion problem", 1981. For goroutines 0 and 1.
template <store_order Order>
class peterson_lock {
 public:
  void lock(int me) {
    const int other = 1 - me;
    if (Order == store_order::wants_first) wants_[me].store(true);
    turn_.store(other);
    if (Order == store_order::turn_first) wants_[me].store(true);
    while (wants_[other].load() && turn_.load() == other) heddle::yield();
  }
  void unlock(int me) { wants_[me].store(false); }

 private:
  heddle::atomic<bool> wants_[2];
  heddle::atomic<int> turn_;
};

// T. J. Dekker, as told by Dijkstra in EWD 35. For goroutines 0 and 1.
class dekker_lock {
 public:
  void lock(int me) {
    const int other = 1 - me;
    wants_[me].store(true);
    while (wants_[other].load()) {
      if (turn_.load() == me) {
        heddle::yield();
        continue;
      }
      wants_[me].store(false);
      while (turn_.load() != me) heddle::yield();
      wants_[me].store(true);
    }
  }
  void unlock(int me) {
    turn_.store(1 - me);
    wants_[me].store(false);
  }

 private:
  heddle::atomic<bool> wants_[2];
  heddle::atomic<int> turn_;
};

class ticket_lock {
 public:
  void lock(int) {
    const int mine = next_.fetch_add(1);
    while (serving_.load() != mine) heddle::yield();
  }
  void unlock(int) { serving_.add(1); }

 private:
  heddle::atomic<int> next_;
  heddle::atomic<int> serving_;
};

// Goroutines 0..n-1 enter once each. The atomic tells an overlap at the moment it happens; the
// plain variable would be a data race if the lock did not order its accesses.
template <class Lock>
void exclude(int n) {
  Lock lock;
  heddle::atomic<int> inside{0};
  heddle::var<int> entries = 0;
  heddle::wait_group wg;
  for (int me = 0; me < n; ++me) {
    wg.add(1);
    heddle::go(heddle::named("contender"), [&, me] {
      lock.lock(me);
      heddle::check(inside.add(1) == 1, "nobody else is inside");
      ++entries;
      inside.add(-1);
      lock.unlock(me);
      wg.done();
    });
  }
  wg.wait();
  heddle::check(entries == n, "everyone was inside");
}

const heddle::model peterson{
    "classic/peterson", heddle::expected::verified,
    "Peterson's algorithm keeps two goroutines apart, given sequentially consistent atomics.",
    [] { exclude<peterson_lock<store_order::wants_first>>(2); }};

const heddle::model peterson_reordered{
    "classic/peterson_reordered", heddle::expected::assertion,
    "Peterson's algorithm with its first two stores exchanged, as a weaker memory or a careless "
    "edit would have it. Both get in.",
    [] { exclude<peterson_lock<store_order::turn_first>>(2); }};

const heddle::model dekker{
    "classic/dekker", heddle::expected::verified,
    "Dekker's algorithm, the first solution: loads and stores only. It excludes, and the waits "
    "end.",
    [] { exclude<dekker_lock>(2); }};

const heddle::model ticket{"classic/ticket_lock", heddle::expected::verified,
                           "Three goroutines draw tickets and are served in that order.",
                           [] { exclude<ticket_lock>(3); }};

}  // namespace
