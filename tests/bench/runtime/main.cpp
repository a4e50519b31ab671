// Performance mode measured through the public API, next to its peers' programs in ../peers.
//
//   ./dev bench runtime [REGEX]      or      heddle_bench_runtime NAME WORKERS [SCALE%]
#include "heddle/runtime.hpp"
#include "measure.hpp"

int main(int argc, char** argv) {
  return bench::main_of("heddle", argc, argv,
                        [](int workers, void (*body)()) { heddle::run(body, {.procs = workers}); });
}
