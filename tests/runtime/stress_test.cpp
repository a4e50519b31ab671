// A short version of ./dev stress.
#include "mixed_load.hpp"

#include <catch2/catch.hpp>

#include "both_modes.hpp"

TEST_CASE("under mixed load no value is lost and no lock fails, whatever the number of workers",
          "[stress]") {
  for (const int workers : {1, 2, 8}) {
    INFO(workers << " workers");
    stress::outcome result;
    in_performance_mode(
        [&] {
          result = stress::run_mixed_load(
              {.goroutines = 500, .operations = 100, .seed = static_cast<std::uint64_t>(workers)});
        },
        {.procs = workers});
    CHECK(result.broken == std::vector<std::string>{});
    CHECK(result.operations == 50'000);
    CHECK(result.received > 10'000);
  }
}
