// Thousands of goroutines that use every primitive at random and keep accounts: each value that is
// sent must be received once, each increment made under a lock must be there at the end.
//
// What a goroutine does is drawn from a seed, but not how the scheduler interleaves it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stress {

struct load {
  int goroutines = 10'000;
  int operations = 1'000;  // of each goroutine
  std::uint64_t seed = 1;
};

struct outcome {
  std::uint64_t operations = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::vector<std::string> broken;  // claims that do not hold; none when all is well
};

// Runs one round of it and returns when every goroutine that it started has ended. Called by a
// goroutine.
outcome run_mixed_load(const load& how);

// Operations that have been done in this process. Any thread may ask, to see whether it goes on.
std::uint64_t operations_done() noexcept;

}  // namespace stress
