// Who does what: the small values that strategies compare, order and store.
#pragma once

#include <cstdint>
#include <vector>

#include "operation.hpp"

namespace heddle::explore {

using core::object_id;
using core::op_kind;
using core::operation;

// A goroutine, a timer or the clock; dense, and stable across interleavings: named by creator and
// place among the creator's children.
using actor_id = std::uint32_t;
inline constexpr actor_id no_actor = ~actor_id{0};
inline constexpr actor_id clock_actor = 0;
inline constexpr actor_id main_actor = 1;

// Reserved objects.
inline constexpr object_id clock_object = 1;       // virtual time and every timer
inline constexpr object_id everything_object = 2;  // touched by what depends on every event
inline constexpr object_id nothing_object = 3;     // read by what depends on nothing but that

// One decision: which actor performs which of its announced operations, and with whom.
struct action {
  actor_id who = no_actor;
  std::int32_t branch = 0;             // the case of a select, the value of a choose
  actor_id partner = no_actor;         // the receiver of a rendezvous, the waiter of a signal
  std::int32_t partner_branch = 0;     // the receiver's case
  bool operator==(const action&) const = default;
};

// How an event touches an object; what `dependence` compares.
enum class access_kind : std::uint8_t {
  read, write,                                                              // atomics
  lock, unlock, lock_failed,                                                // mutex
  read_lock, read_unlock, read_unlock_foreign, read_lock_failed,            // rw_mutex
  write_arrive, write_lock, write_unlock, write_lock_failed,
  group_add, group_done, group_wait, group_panic,                           // wait_group
  exclusive, passed,                                                        // cond and once
  rendezvous, send, receive, close,                                         // channels
  receive_closed, send_closed, close_closed, poll_buffered, poll_open, observe_len,
  time_read, timer, time_advance,                                           // the clock
  everything,
};

// Of a send or receive on a buffered channel the slot holds the message's number, and above these
// bits the channel's capacity, as far as that can be told.
constexpr std::uint32_t slot_bits = 20;
constexpr std::uint32_t slot_mask = (1U << slot_bits) - 1;
constexpr std::uint32_t most_capacity_told = (1U << (32 - slot_bits)) - 1;

struct access {
  object_id object = 0;
  access_kind kind = access_kind::read;
  std::uint32_t slot = 0;  // which message of a buffered channel, which timer
  bool operator==(const access&) const = default;
};

using access_list = std::vector<access>;

// Whether two actions have a participant in common: such actions never commute.
inline bool share_actor(const action& a, const action& b) noexcept {
  return a.who == b.who || a.who == b.partner || a.partner == b.who ||
         (a.partner != no_actor && a.partner == b.partner);
}

}  // namespace heddle::explore
