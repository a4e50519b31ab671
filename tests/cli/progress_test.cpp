// The line that shows that work goes on.
#include <catch2/catch.hpp>

#include "shared_progress.hpp"
#include "terminal.hpp"

TEST_CASE("the progress line has executions, rate, depth, the estimate and the time left",
          "[cli]") {
  using heddle::cli::progress_words;
  CHECK(progress_words("a/b", 1200, 400, 31, 0) == "a/b: 1200 executions, 400/s, depth 31");
  CHECK(progress_words("a/b", 1200, 400, 31, 33200) ==
        "a/b: 1200 executions, 400/s, depth 31, about 4% of an estimated 33,000, 80 s left");
}

TEST_CASE("an estimate is seen through shared memory", "[cli]") {
  heddle::cli::shared_progress progress;
  CHECK(progress.estimate() == 0);
  progress.estimated(1.5e9);
  CHECK(progress.estimate() == 1.5e9);
}
