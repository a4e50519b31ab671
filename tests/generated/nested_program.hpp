// Random programs whose goroutines create goroutines, spin, and wait for locks and for time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "instructions.hpp"

namespace heddle::generated {

enum class topic : std::uint8_t { nesting, waiting, spinning, spinning_and_all, time, contexts };
constexpr topic topics[] = {topic::nesting, topic::waiting, topic::spinning,
                            topic::spinning_and_all, topic::time, topic::contexts};

struct nested_program {
  std::uint64_t seed = 0;
  topic about{};
  int capacity[2] = {0, 0};
  // The first is main's; of each other one instruction of an earlier block makes a goroutine.
  std::vector<std::vector<instruction>> blocks;
};

// The program that a seed stands for. None has tickers, of which docs/limits.md tells what is lost.
nested_program generate_nested(std::uint64_t seed, topic about);
std::string describe(const nested_program& p);

class nested_world;
// The program as a model. `last` is replaced at each start, and holds what the execution observed.
std::function<void()> body(const nested_program& p, std::shared_ptr<nested_world>& last);
// What every goroutine observed and how far it came, and what the atomics are in the end.
std::string outcome(const nested_world& ended);

}  // namespace heddle::generated
