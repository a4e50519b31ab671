// A program that is compiled for checking and calls the checker itself, without the command line.
#include <cstdio>
#include <memory>

#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"

namespace {

namespace checker = heddle::checker;

void count() {
  const auto n = std::make_shared<int>(0);
  heddle::go([n] { ++*n; });
  ++*n;
}

// The argument says which function is called.
checker::result call(const std::string& function) {
  if (function == "estimate") return checker::estimate(count);
  if (function == "replay_seed") {
    checker::options sampling;
    sampling.strategy = "random";
    return checker::replay_seed(count, 1, sampling);
  }
  return checker::check(count);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const checker::result r = call(argc > 1 ? argv[1] : "check");
    std::printf("%s\n", std::string(to_string(r.verdict)).c_str());
    return 0;
  } catch (const checker::unfit_program& e) {
    std::printf("refused: %s\n", e.what());
    return 3;
  }
}
