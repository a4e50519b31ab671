// An operation: what a goroutine announces before it does it, as a plain value.
//
// Both modes share it: exploration mode schedules announced operations, and reports of either mode
// say what a blocked goroutine waits for.
#pragma once

#include <cstdint>
#include <string_view>

#include "heddle/detail/seam.hpp"

namespace heddle::core {

using detail::object_id;

enum class op_kind : std::uint8_t {
  start,           // nothing announced yet: the goroutine has not run
  nil_channel,     // send or receive on nil: never completes
  send,            // value: capacity of the channel
  recv,            // value: capacity of the channel; second: the ticker that sends there, which the
                   // explorer fills in
  otherwise,       // a select's default
  close,           // value: capacity of the channel
  try_close,       // closes a channel unless closed already
  is_closed,       // observes whether a channel is closed; extra: 1 registers for the close
  len,             // value: capacity of the channel
  lock,
  try_lock,
  unlock,
  read_lock,
  try_read_lock,
  read_unlock,
  write_arrive,    // from here on the writer holds back new readers
  write_lock,
  try_write_lock,
  write_unlock,
  group_add,       // value: the signed delta
  group_wait,
  cond_wait,       // second: the mutex
  cond_signal,
  cond_broadcast,
  cond_woken,      // a condition waiter's part in the signal or broadcast that wakes it
  once_begin,
  once_end,
  atomic_load,     // value: the value before
  atomic_store,
  atomic_update,
  atomic_compare,  // extra: the expected value
  choose,          // value: the number of outcomes
  timer_arm,       // object: the timer; value: delay in ns; extra: period in ns; second: channel
  timer_stop,
  sleep,           // the sleeper's part in its timer's firing
  pause,           // a yield with nothing done since the last one
  timer_fire,      // by the timer itself; second: its channel
  clock_advance,   // by the clock itself: virtual time reaches the next deadline
  clock_read,
  observe_all,     // observes something that any event may change
};

constexpr bool is_atomic(op_kind k) noexcept {
  return k >= op_kind::atomic_load && k <= op_kind::atomic_compare;
}

// Whether a wait group's counter may be changed so: where Go's, of 32 bits, would not be negative.
constexpr bool group_may_add(std::int64_t count, std::int64_t delta) noexcept {
  return delta >= -count && delta <= INT32_MAX - count;
}

// The operation in words, as a report's "waits to ...".
std::string_view describe(op_kind kind) noexcept;

struct operation {
  op_kind kind = op_kind::start;
  bool holds_address = false;     // of an atomic pointer: its value differs between executions
  std::int32_t branch = 0;        // the case of a select, from 0; -1 for otherwise
  object_id object = 0;           // 0: made outside of an execution; `address` tells it apart
  object_id second = 0;
  const void* address = nullptr;
  const void* second_address = nullptr;
  std::uint64_t value = 0;        // by kind, see above
  std::uint64_t extra = 0;
  place at;
};

// A plain access to memory, as it is seen: of a heddle::var, or of any address in a program that was
// compiled for checking. Not an operation: nothing is decided.
struct memory_access {
  const void* address = nullptr;
  object_id object = 0;           // of a heddle::var; 0: told apart by address alone
  bool is_write = false;
  place at;                       // line 0: not known, `code` tells
  const void* code = nullptr;     // where the call that reported it returns to
};

}  // namespace heddle::core
