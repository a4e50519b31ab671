// Valgrind on a program of its own. ./dev installs it; where it is missing, that is said.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "child_process.hpp"

TEST_CASE("valgrind is told about stacks, and finds no errors") {
  if (std::system("valgrind --version > /dev/null 2>&1") != 0) {
    WARN("valgrind is not installed: not tested");
    return;
  }
  const child_outcome seen = in_child_process([] {
    std::_Exit(std::system("exec valgrind -q --error-exitcode=9 " HEDDLE_VALGRIND_TARGET) >> 8);
  });
  REQUIRE(seen.errors.empty());
  REQUIRE(seen.exit_status == 0);
}

#endif
