// Programs compiled with ThreadSanitizer, linked with Heddle as it is, at speed.
#include <catch2/catch.hpp>

#include "cli/heddle_command.hpp"

#ifdef HEDDLE_TSAN_RACY

TEST_CASE("ThreadSanitizer finds a data race of two goroutines", "[tsan]") {
  const command_outcome o = run_program({HEDDLE_TSAN_RACY});
  INFO(o.errors);
  CHECK(o.status == 66);
  CHECK(o.errors.find("WARNING: ThreadSanitizer: data race") != std::string::npos);
  CHECK(o.errors.find("racy.cpp:8") != std::string::npos);
}

TEST_CASE("ThreadSanitizer finds nothing in a program whose accesses Heddle orders", "[tsan]") {
  const command_outcome o = run_program({HEDDLE_TSAN_ORDERED});
  INFO(o.errors);
  CHECK(o.status == 0);
  CHECK(o.errors.find("ThreadSanitizer") == std::string::npos);
}

#endif
