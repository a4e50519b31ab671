// Programs compiled with ThreadSanitizer, with the runtime that tells it what primitives order.
#include <catch2/catch.hpp>
#include <string>

#include "cli/heddle_command.hpp"

#ifdef HEDDLE_WATCHED_RACY

TEST_CASE("ThreadSanitizer finds a data race of two goroutines", "[tsan]") {
  const std::string name = GENERATE("goroutines", "yielding", "buffered", "read_locked", "timed",
                                    "functions", "unrelated");
  const std::string workers = GENERATE("1", "2");
  INFO(name << " on " << workers << " workers");
  const command_outcome o =
      run_program({"/usr/bin/env", "HEDDLE_PROCS=" + workers, HEDDLE_WATCHED_RACY, name});
  INFO(o.errors);
  CHECK(o.status == 66);
  CHECK(o.errors.find("WARNING: ThreadSanitizer: data race") != std::string::npos);
  CHECK(o.errors.find("racy.cpp") != std::string::npos);
}

TEST_CASE("ThreadSanitizer finds nothing in a program whose accesses Heddle orders", "[tsan]") {
  const std::string workers = GENERATE("1", "2", "8");
  INFO(workers << " workers");
  const command_outcome o =
      run_program({"/usr/bin/env", "HEDDLE_PROCS=" + workers, HEDDLE_WATCHED_ORDERED});
  INFO(o.errors);
  CHECK(o.status == 0);
  CHECK(o.errors.find("ThreadSanitizer") == std::string::npos);
}

#endif
