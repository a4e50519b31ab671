// Small random programs over every primitive, for comparing strategies.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "instructions.hpp"
#include "race_reference.hpp"

namespace heddle::generated {

struct program {
  std::uint64_t seed = 0;
  int capacity[2] = {0, 0};
  std::vector<std::vector<instruction>> goroutines;  // the first is main's
};

// The program that a seed stands for.
program generate(std::uint64_t seed);
// The same with plain accesses between and within the operations. No control flow depends on them.
program generate_racing(std::uint64_t seed);
// As text, to be read in a failing test's output.
std::string describe(const program& p);

class world;
// The program as a model. `last` is replaced at each start, and holds what the execution observed.
std::function<void()> body(const program& p, std::shared_ptr<world>& last);
// The same where every plain access is a decision of its own.
std::function<void()> body_with_plain_decisions(const program& p, std::shared_ptr<world>& last);
// The plain accesses that the execution made, in order.
const std::vector<logged_access>& accesses(const world& ended);
// What every goroutine observed and how far it came, and what the shared state is in the end.
std::string outcome(const world& ended);

}  // namespace heddle::generated
