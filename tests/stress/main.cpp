// Mixed load for a while, and then nothing: no hang, no lost value, an idle program at 0 % CPU.
//
//   ./dev stress [SECONDS]      or      heddle_stress [SECONDS [WORKERS [GOROUTINES]]]
//
// Exits with 0 when every claim holds. A program that makes no progress for half a minute counts
// as hung: it is sent SIGQUIT, which shows its goroutines.
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "heddle/runtime.hpp"
#include "heddle/time.hpp"
#include "mixed_load.hpp"

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto hung_after = 30s;
constexpr double most_idle_percent = 2;  // the process's other threads and the clock's grain

double cpu_seconds() {
  rusage u;
  getrusage(RUSAGE_SELF, &u);
  return static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
         static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

std::atomic<bool> under_load{true};

void watch() {
  std::uint64_t seen = 0;
  auto since = steady_clock::now();
  while (under_load) {
    std::this_thread::sleep_for(100ms);
    const std::uint64_t done = stress::operations_done();
    if (done != seen) {
      seen = done;
      since = steady_clock::now();
    } else if (steady_clock::now() - since > hung_after) {
      std::fprintf(stderr, "stress: no operation for %d s\n",
                   static_cast<int>(std::chrono::seconds(hung_after).count()));
      std::raise(SIGQUIT);
      std::this_thread::sleep_for(5s);
      std::abort();
    }
  }
}

// Whether every claim held.
bool load_for(std::chrono::seconds seconds, int goroutines) {
  const auto began = steady_clock::now();
  bool well = true;
  std::uint64_t operations = 0;
  std::uint64_t values = 0;
  int rounds = 0;
  do {
    const stress::outcome r = stress::run_mixed_load(
        {.goroutines = goroutines, .seed = static_cast<std::uint64_t>(rounds + 1)});
    for (const std::string& claim : r.broken)
      std::printf("round %d: %s (%llu sent, %llu received)\n", rounds + 1, claim.c_str(),
                  static_cast<unsigned long long>(r.sent),
                  static_cast<unsigned long long>(r.received));
    well = well && r.broken.empty();
    operations += r.operations;
    values += r.received;
    ++rounds;
  } while (steady_clock::now() - began < seconds);
  const std::chrono::duration<double> took = steady_clock::now() - began;
  std::printf("%d rounds, %llu operations, %llu values sent and received, in %.1f s\n", rounds,
              static_cast<unsigned long long>(operations), static_cast<unsigned long long>(values),
              took.count());
  return well;
}

bool idles() {
  heddle::sleep_for(3s);  // the stacks of the load are given back meanwhile
  const double before = cpu_seconds();
  heddle::sleep_for(2s);
  const double percent = (cpu_seconds() - before) / 2 * 100;
  std::printf("idle afterwards: %.2f %% CPU\n", percent);
  return percent < most_idle_percent;
}

}  // namespace

int main(int argc, char** argv) {
  const std::chrono::seconds seconds(argc > 1 ? std::atoi(argv[1]) : 60);
  const int workers = argc > 2 ? std::atoi(argv[2]) : 2;
  const int goroutines = argc > 3 ? std::atoi(argv[3]) : 10'000;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::thread watcher(watch);
  bool well = false;
  heddle::run(
      [&] {
        well = load_for(seconds, goroutines);
        under_load = false;
        watcher.join();
        well = idles() && well;
      },
      {.procs = workers});
  std::puts(well ? "stress: ok" : "stress: FAILED");
  return well ? 0 : 1;
}
