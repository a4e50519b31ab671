#include <mutex>

#include "../../runtime/measure.hpp"
#include "fibers.hpp"

namespace {

using namespace bench;

void uncontended() {
  const int n = scaled(50'000'000);
  bf::mutex m;
  const stopwatch running;
  for (int i = 0; i < n; ++i) {
    const std::lock_guard hold(m);
    increment_shared_total();
  }
  running.per_operation("mutex_uncontended", n);
}

template <class Body>
void eight_fibers(const char* name, int total, Body body) {
  const int each = scaled(total) / 8;
  bf::mutex m;
  wait_group wg(8);
  const stopwatch running;
  for (int g = 0; g < 8; ++g)
    spawn([&, each] {
      for (int i = 0; i < each; ++i) body(m, i);
      wg.done();
    });
  wg.wait();
  running.per_operation(name, 8.0 * each);
}

void contended() {
  eight_fibers("mutex_contended_8", 8'000'000, [](bf::mutex& m, int) {
    const std::lock_guard hold(m);
    increment_shared_total();
  });
}

void parking() {
  eight_fibers("mutex_parking_8", 2'000'000, [](bf::mutex& m, int i) {
    const std::lock_guard hold(m);
    increment_shared_total();
    if (i % 8 == 0) yield();
  });
}

const workload workloads[] = {
    {"mutex_uncontended", uncontended},
    {"mutex_contended_8", contended},
    {"mutex_parking_8", parking},
};

}  // namespace
