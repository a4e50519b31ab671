// The random walks of ../explore.cpp in Relacy (https://github.com/dvyukov/relacy), a library of
// headers: to be compiled with them as `relacy_peer` and put where compare.sh looks for peers.
//
//   relacy_peer PROGRAM EXECUTIONS      prints executions and CPU-seconds
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <relacy/relacy.hpp>
#include <string>
#include <utility>

namespace {

struct stores_3x3 : rl::test_suite<stores_3x3, 3> {
  rl::atomic<int> x;
  void before() { x($).store(0, rl::mo_relaxed); }
  void thread(unsigned id) {
    for (unsigned i = 0; i < 3; ++i) x($).store(static_cast<int>(3 * id + i), rl::mo_seq_cst);
  }
};

struct philosophers_ordered_3 : rl::test_suite<philosophers_ordered_3, 3> {
  rl::mutex forks[3];
  void thread(unsigned id) {
    unsigned first = id;
    unsigned second = (id + 1) % 3;
    if (second < first) std::swap(first, second);
    forks[first].lock($);
    forks[second].lock($);
    forks[second].unlock($);
    forks[first].unlock($);
  }
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

template <class Program>
int explore(unsigned long long executions) {
  rl::test_params how;
  std::ostream nowhere(nullptr);
  how.output_stream = how.progress_stream = &nowhere;
  how.iteration_count = executions;
  how.search_type = rl::sched_random;
  const double before = cpu_seconds();
  const bool passed = rl::simulate<Program>(how);
  std::printf("%llu %.3f\n", static_cast<unsigned long long>(how.stop_iteration),
              cpu_seconds() - before);
  return passed ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string program = argv[1];
  const unsigned long long executions = std::strtoull(argv[2], nullptr, 10);
  if (program == "stores_3x3") return explore<stores_3x3>(executions);
  if (program == "philosophers_ordered_3") return explore<philosophers_ordered_3>(executions);
  return 2;
}
