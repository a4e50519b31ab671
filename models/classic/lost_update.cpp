// A counter that is read and written back, atomically each, but not both at once.
#include <memory>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

namespace {

void increment_in_two_steps(heddle::atomic<int>& counter) {
  const int seen = counter.load();
  counter.store(seen + 1);
}

void increment_at_once(heddle::atomic<int>& counter) { counter.add(1); }

void count(int goroutines, void (*increment)(heddle::atomic<int>&)) {
  heddle::atomic<int> counter{0};
  heddle::wait_group wg;
  for (int i = 0; i < goroutines; ++i) {
    wg.add(1);
    heddle::go(heddle::named("counter"), [&, increment] {
      increment(counter);
      wg.done();
    });
  }
  wg.wait();
  heddle::check(counter.load() == goroutines, "no increment is lost");
}

const heddle::model lost{
    "classic/lost_update", heddle::expected::assertion,
    "Two goroutines load a counter and store one more. There is no data race, and still an "
    "increment is lost when both load before either stores.",
    [] { count(2, increment_in_two_steps); }};

const heddle::model kept{
    "classic/kept_update", heddle::expected::verified,
    "The repair: one read-modify-write. Three goroutines add in any order, and the sum is right.",
    [] { count(3, increment_at_once); }};

// Counting in the goroutine instead of before it is the wait group's version of a lost update. What
// the worker uses is shared, since it may outlive main.
const heddle::model late_add{
    "classic/late_add", heddle::expected::assertion,
    "A worker adds itself to the wait group. Main may wait before it has, find the counter at "
    "zero, and go on without it.",
    [] {
      const auto wg = std::make_shared<heddle::wait_group>();
      const auto finished = std::make_shared<heddle::atomic<int>>(0);
      heddle::go(heddle::named("worker"), [wg, finished] {
        wg->add(1);
        finished->add(1);
        wg->done();
      });
      wg->wait();
      heddle::check(finished->load() == 1, "main has waited for the worker");
    }};

}  // namespace
