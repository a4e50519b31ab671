// The workloads of tests/bench/runtime with Boost.Fiber: the same sizes, the same lines. It has no
// select over channels, no reader-writer lock and no timers, so that these rows are missing.
//
//   boost_fiber_bench NAME WORKERS [SCALE%]
#include <malloc.h>

#include <boost/fiber/algo/work_stealing.hpp>
#include <mutex>
#include <thread>

#include "../../runtime/measure.hpp"
#include "fibers.hpp"

namespace {

namespace bf = boost::fibers;

// The other workers steal until the process exits. They do not suspend: suspended ones are not
// told of work that they could steal (https://github.com/boostorg/fiber/issues/274).
void serve(int workers) {
  bf::use_scheduling_algorithm<bf::algo::work_stealing>(static_cast<std::uint32_t>(workers), false);
  bf::mutex guard;
  bf::condition_variable never;
  std::unique_lock hold(guard);
  for (;;) never.wait(hold);
}

void run(int workers, void (*body)()) {
  for (int i = 1; i < workers; ++i) std::thread(serve, workers).detach();
  if (workers > 1)
    bf::use_scheduling_algorithm<bf::algo::work_stealing>(static_cast<std::uint32_t>(workers),
                                                          false);
  body();
}

}  // namespace

int main(int argc, char** argv) {
  // Memory for stacks stays with the process.
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  return bench::main_of("boost.fiber", argc, argv, run);
}
