// What generated programs are made of: instructions, and the objects that these act on.
#pragma once

#include <cstdint>
#include <heddle/atomic.hpp>
#include <heddle/chan.hpp>
#include <heddle/context.hpp>
#include <heddle/sync.hpp>
#include <optional>
#include <string>
#include <vector>

namespace heddle::generated {

enum class instruction_kind : std::uint8_t {
  load, store, add, compare_and_swap, exchange,
  send, recv, close, len, select_both, select_otherwise, drain, select_nil,
  lock_section, try_lock, keep_locked,
  read_section, write_section, try_read, try_write, keep_reading, keep_writing,
  group_add, group_done, group_wait,
  cond_wait, cond_signal, cond_broadcast, cond_wait_until, set_and_signal,
  run_once, panic_once, choose,
  sleep, recv_or_timeout, stop_timer, reset_timer, read_clock,
  cancel, context_error, recv_or_done, with_timeout, await_timeout, child_context,
  yield_some, spin_flag, spin_either, spin_late, spin_len, spin_try_lock, spin_try_write, spin_swap,
  spin_select, spin_select_flag, spin_clock,
  spawn,
  // These create the goroutine of a block, see nested_program.hpp.
  go, go_selected, go_polled, go_if, go_once, go_in_group, go_locked, go_later, go_when_done,
  // Plain accesses, which generate_racing() adds.
  read_plain, write_plain, guarded_plain, read_guarded, write_guarded, once_plain, spawn_plain,
  timer_plain, context_plain,
};

struct instruction {
  instruction_kind kind{};
  int object = 0;   // which of the two of its kind
  int other = 0;    // the second operand: a value, another channel, a duration
  bool flag = false;
  int block = -1;   // what the goroutine that it creates runs
};

// For each instruction, its name and operands.
std::string describe(const std::vector<instruction>& code);
std::string name_of(instruction_kind k);

// One of each primitive, two of those that a program combines.
class objects {
 public:
  explicit objects(const int (&capacity)[2]);

 protected:
  // Performs one that neither creates goroutines nor accesses plain memory. What it observed.
  std::string perform(const instruction& ins);
  static std::string shown(const std::optional<int>& v);

  atomic<int> atomics_[2];
  chan<int> channels_[2];
  mutex mutex_;
  rw_mutex rw_;
  wait_group group_;
  cond cond_{mutex_};
  once once_;
  context_with_cancel context_;

 private:
  std::string perform_atomic(const instruction& ins);
  std::string perform_channel(const instruction& ins);
  std::string perform_lock(const instruction& ins);
  std::string perform_rw(const instruction& ins);
  std::string perform_waiting(const instruction& ins);
  std::string perform_time(const instruction& ins);
  std::string perform_context(const instruction& ins);
  std::string spin(const instruction& ins);
  std::string spin_on_others(const instruction& ins);
};

}  // namespace heddle::generated
