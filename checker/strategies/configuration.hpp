// A configuration of a trace: a set of its events that holds the past of each, and what could be
// performed after them. Which of an actor's operations is next follows from how many events it has
// there; whether it is possible, from the objects' states after the events that touch them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "function_reference.hpp"
#include "happens_before.hpp"
#include "object_model.hpp"
#include "trace.hpp"

namespace heddle::explore {

// An action at its participants' positions.
struct placed_action {
  action what;
  const operation* op = nullptr;      // what `who` announced
  std::span<const operation> offers;  // all that it announced there
  std::uint32_t position = 0;
  std::uint32_t partner_position = 0;
};

class configuration {
 public:
  // The trace and its happens-before; the configuration is that of no event.
  void look_at(const trace& t, const happens_before& order);
  // That of the first `length` events. O(actors), and O(events) when it is less than before.
  void begin(std::uint32_t length);
  // Adds an event whose past is there.
  void add(std::uint32_t e);

  bool contains(std::uint32_t e) const { return e < length_ || added_[e] == stamp_; }
  std::uint32_t position(actor_id who) const { return positions_[who]; }
  // Whether all of an event's past but itself is there, and the event is not.
  bool is_next(std::uint32_t e) const;
  // Whether the actor was created there and has announced something that it has not performed.
  bool has_pending(actor_id who) const;
  // Whether what the actor does at the position can always be performed and touches the same
  // whatever came before.
  bool is_constant(actor_id who, std::uint32_t position) const;
  // Whether the event is the actor's own, and all that it could do now. REQUIRES: is_next(e).
  bool is_only_action(actor_id who, std::uint32_t e) const;
  // Whether both participants stand where the action has them.
  bool in_place(const placed_action& a) const;

  // Whether an action that is in place can be performed, and then what it touches.
  bool enabled(const placed_action& a, access_list& touches);
  // Every action of an actor that can be performed. Until the function returns true.
  using visitor = function_reference<bool(const placed_action&)>;
  bool each_action(actor_id who, visitor visit);

  // From now on two dones of this wait group are dependent; see object_model.
  void expect_group_panic(object_id group) { folded_.expect_group_panic(group); }

 private:
  bool able(const placed_action& a) const;
  bool is_locked(object_id mutex) const;
  bool each_pair(placed_action a, op_kind partner_kind, visitor visit);
  bool guard_released(actor_id who, std::uint32_t position) const;
  void fold(std::span<const operation> offers);
  void fold_object(object_id o);

  const trace* trace_ = nullptr;
  const happens_before* order_ = nullptr;
  std::uint32_t length_ = 0;
  std::uint32_t counted_ = 0;               // what counts_ are for
  // Of an actor, all that has_pending() asks.
  struct life {
    actor_id parent;
    std::uint32_t parent_position;
    std::uint32_t announced;                // 0 of one that does not exist
  };
  std::vector<life> lives_;
  std::vector<std::uint32_t> counts_;       // by actor: its events among the first counted_
  std::vector<std::uint32_t> positions_;    // by actor
  std::vector<std::uint32_t> added_;        // by event: stamp_ if it was added
  std::uint32_t stamp_ = 0;
  object_model folded_;
  std::vector<std::uint32_t> relevant_;
};

}  // namespace heddle::explore
