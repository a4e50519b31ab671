// What happens before what, as Go's memory model has it (https://go.dev/ref/mem): a vector clock
// for each actor, and one for each thing that passes order on.
//
// This is not the order that tells traces apart (happens_before.hpp). A failed try_lock depends on
// the lock and synchronises with nothing; two stores to an atomic depend on each other, and the
// second observes nothing. Every edge here joins events that are dependent, or of one actor, or an
// actor with its creator; so all orders of one trace have the same edges. docs/design/races.md
// lists them.
//
// The clocks are a function of the trace, and follow it only as far as somebody asks: a model
// without plain accesses pays nothing.
//
// Invariants:
// 1. An actor's own entry grows after everything that passes order on, events and the creation of
//    children, so an access that comes later has a later epoch.
// 2. A child starts with its creator's clock at the moment of its creation.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "trace.hpp"

namespace heddle::explore {

// The kinds of edges, so that tests can leave each out in turn.
enum class edge : std::uint8_t {
  go_statement,
  message,            // a send before the receive that takes its value
  room,               // the k-th receive before the (k+C)-th send; of an unbuffered channel, C = 0
  close,
  mutex,
  write_unlock,       // before later read and write locks
  read_unlock,        // before later write locks
  once,
  wait_group,
  signal,
  atomic,
  timer,              // arming before what the firing does
  registration,       // of a child context before the cancellation that reaches it
};

// How far an execution has come. The trace may already hold more: what is to be repeated.
struct moment {
  const trace& of;
  std::size_t events = 0;             // how many have happened
  std::span<const actor_id> created;  // the actors that there are, in order of creation
};

class race_clocks {
 public:
  // A new execution.
  void begin();
  // Takes in what has happened since the last call.
  void catch_up(const moment& now) {
    if (folded_ != now.events || known_ != now.created.size()) take_in(now);
  }
  // How many events the actor has had.
  std::uint32_t position(actor_id who) const { return positions_[who]; }
  // Of what the actor does now.
  std::uint32_t epoch(actor_id who) const { return rows_[who][who]; }
  // Whether what `other` did at an epoch happens before what `who` does now.
  bool knows(actor_id who, actor_id other, std::uint32_t epoch) const {
    const row& mine = rows_[who];
    return other < mine.size() && mine[other] >= epoch;
  }
  // Of each other actor, up to which epoch `who` knows what it did. Valid until something happens.
  std::span<const std::uint32_t> known_to(actor_id who) const { return rows_[who]; }
  // Order that is made beside the events, by way of an address: `who` passes on what it knows, or
  // learns what was passed on there.
  void pass_on(actor_id who, std::uintptr_t by);
  void learn(actor_id who, std::uintptr_t by);
  // What was passed on there is of no use any more.
  void forget(std::uintptr_t by);
  // For tests.
  void leave_out(edge e) { left_out_ |= bit(e); }

 private:
  using row = std::vector<std::uint32_t>;
  using row_id = std::uint32_t;  // into pool_; 0: nothing was passed on yet
  struct object_clocks {
    row_id passed = 0;  // by unlocks, dones, stores, the close, the end of a once, the arming
    row_id second = 0;  // by read-unlocks; by registrations of child contexts
    std::vector<row_id> messages;  // by slot of the buffer: what the sender knew
    std::vector<row_id> rooms;     // what the receiver knew that emptied it
    bool used = false;
  };

  static std::uint32_t bit(edge e) { return 1U << static_cast<unsigned>(e); }
  bool has(edge e) const { return (left_out_ & bit(e)) == 0; }
  void take_in(const moment& now);
  void start_children(const trace& t);
  void start(const trace& t, actor_id who);
  void fold(const trace& t, const event& e);
  void fold_channel(const trace& t, const event& e);
  void fold_lock(const trace& t, const event& e);
  void fold_other(const trace& t, const event& e);
  void acquire(edge e, actor_id who, row_id from);
  void release(actor_id who, row_id& into);  // adds to what is there
  void replace(actor_id who, row_id& into);  // forgets what was there
  void step(actor_id who);
  object_clocks& clocks_of(object_id o);
  row_id& slot_of(std::vector<row_id>& slots, const access& a, const operation& op);
  row_id take_row();
  static void join(row& into, const row& from);

  std::vector<row> rows_;                // by actor
  std::vector<std::uint32_t> positions_; // by actor: how many of its events are taken in
  std::vector<bool> started_;            // by actor, of this execution
  std::vector<actor_id> waiting_;        // created, but their creators' clocks are not there yet
  std::vector<object_clocks> objects_;
  // Kept from one execution to the next, for the addresses come again.
  struct passed_beside {
    std::uint64_t execution = 0;
    row_id row = 0;
  };
  static constexpr std::size_t most_beside = 4096;
  std::unordered_map<std::uintptr_t, passed_beside> beside_;
  std::uint64_t execution_ = 1;  // a number of its own
  std::vector<object_id> used_;
  std::vector<row> pool_{1};
  row_id rows_taken_ = 0;
  row before_;                           // of a sender, kept while its receiver learns of it
  std::size_t folded_ = 0;               // events
  std::size_t known_ = 0;                // actors
  std::uint32_t left_out_ = 0;
};

}  // namespace heddle::explore
