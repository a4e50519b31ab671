// Mutexes: alone, contended, held across a switch, and for many readers.
#include <mutex>
#include <shared_mutex>

#include "heddle/go.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "measure.hpp"

namespace {

using namespace bench;

void uncontended() {
  const int n = scaled(50'000'000);
  heddle::mutex m;
  const stopwatch running;
  for (int i = 0; i < n; ++i) {
    const std::lock_guard hold(m);
    increment_shared_total();
  }
  running.per_operation("mutex_uncontended", n);
}

// Eight goroutines that each run `body(m, i)` n times.
template <class Mutex, class Body>
void eight_goroutines(const char* name, int total, Body body) {
  const int each = scaled(total) / 8;
  Mutex m;
  heddle::wait_group wg;
  wg.add(8);
  const stopwatch running;
  for (int g = 0; g < 8; ++g)
    heddle::go([&, each] {
      for (int i = 0; i < each; ++i) body(m, i);
      wg.done();
    });
  wg.wait();
  running.per_operation(name, 8.0 * each);
}

void contended() {
  eight_goroutines<heddle::mutex>("mutex_contended_8", 8'000'000, [](heddle::mutex& m, int) {
    const std::lock_guard hold(m);
    increment_shared_total();
  });
}

// Every eighth time the holder yields, so that the others must wait.
void parking() {
  eight_goroutines<heddle::mutex>("mutex_parking_8", 2'000'000, [](heddle::mutex& m, int i) {
    const std::lock_guard hold(m);
    increment_shared_total();
    if (i % 8 == 0) heddle::yield();
  });
}

void read_mostly() {
  eight_goroutines<heddle::rw_mutex>("rwmutex_read_mostly_8", 8'000'000,
                                     [](heddle::rw_mutex& m, int i) {
                                       if (i % 128 == 0) {
                                         const std::lock_guard hold(m);
                                         increment_shared_total();
                                       } else {
                                         const std::shared_lock hold(m);
                                         keep(shared_total);
                                       }
                                     });
}

const workload workloads[] = {
    {"mutex_uncontended", uncontended},
    {"mutex_contended_8", contended},
    {"mutex_parking_8", parking},
    {"rwmutex_read_mostly_8", read_mostly},
};

}  // namespace
