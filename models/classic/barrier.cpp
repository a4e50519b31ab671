// A cyclic barrier made of a mutex and a condition: nobody goes on before all have arrived.
#include <mutex>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

class barrier {
 public:
  explicit barrier(int parties) : parties_(parties) {}

  // The generation tells those who wait in this round from those who are back for the next.
  void wait() {
    std::lock_guard hold(mutex_);
    const int mine = generation_;
    if (++waiting_; waiting_ == parties_) {
      waiting_ = 0;
      ++generation_;
      all_here_.broadcast();
      return;
    }
    all_here_.wait_until([this, mine] { return generation_ != mine; });
  }

 private:
  const int parties_;
  heddle::mutex mutex_;
  heddle::cond all_here_{mutex_};
  heddle::var<int> waiting_ = 0;
  heddle::var<int> generation_ = 0;
};

void meet(int parties, int rounds) {
  barrier meeting(parties);
  heddle::atomic<int> arrivals{0};
  heddle::wait_group wg;
  for (int p = 0; p < parties; ++p) {
    wg.add(1);
    heddle::go(heddle::named("party"), [&, rounds, parties] {
      for (int round = 1; round <= rounds; ++round) {
        arrivals.add(1);
        meeting.wait();
        heddle::check(arrivals.load() >= round * parties, "all have arrived in this round");
      }
      wg.done();
    });
  }
  wg.wait();
}

const heddle::model three{
    "classic/barrier", heddle::expected::verified,
    "Three goroutines meet at a barrier once. None leaves before the last has come.",
    [] { meet(3, 1); }};

const heddle::model twice{
    "classic/barrier_twice", heddle::expected::verified,
    "Two goroutines meet twice at the same barrier. The quick one, back for the second round, "
    "does not disturb the first.",
    [] { meet(2, 2); }};

}  // namespace
