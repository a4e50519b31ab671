// Small random programs over every primitive, for comparing strategies.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "race_reference.hpp"

namespace heddle::generated {

enum class instruction_kind : std::uint8_t {
  load, store, add, compare_and_swap,
  send, recv, close, len, select_both, select_otherwise,
  lock_section, try_lock, keep_locked,
  read_section, write_section, try_read, try_write,
  group_add, group_done, group_wait,
  cond_wait, cond_signal, cond_broadcast,
  run_once,
  sleep, recv_or_timeout, stop_timer,
  cancel, context_error, recv_or_done, with_timeout,
  choose, spawn,
  // Plain accesses, which generate_racing() adds.
  read_plain, write_plain, guarded_plain, read_guarded, write_guarded, once_plain, spawn_plain,
  timer_plain, context_plain,
};

struct instruction {
  instruction_kind kind{};
  int object = 0;   // which of the two of its kind
  int other = 0;    // the second operand: a value, another channel, a duration
  bool flag = false;
};

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
