// Stable names: an actor is its creator and its place among the creator's children, an object
// likewise. Interned into dense numbers that stay the same over all executions of a model.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "action.hpp"

namespace heddle::explore {

class names {
 public:
  actor_id child_of(actor_id parent, std::uint32_t ordinal);   // a goroutine
  actor_id timer_of(object_id timer);                          // the actor that fires a timer
  object_id object_of(actor_id creator, std::uint32_t ordinal);
  object_id object_at(const void* address);                    // made outside of an execution
  // At an offset within the `block`-th piece of memory that a goroutine allocated.
  object_id object_within(actor_id creator, std::uint32_t block, std::uint64_t offset);

  // Where a name comes from: the arguments of the function above that gave it.
  struct origin {
    std::uint32_t maker = 0;
    std::uint32_t ordinal = 0;
    bool of_object = false;         // a timer's actor: `maker` is the timer
    const void* address = nullptr;  // of an object made outside of an execution
    std::uint64_t within = 0;       // of an object in a block, the `ordinal`-th: its offset and one
  };
  // REQUIRES: not main, the clock or a reserved object.
  const origin& origin_of_actor(actor_id a) const { return actor_origin_[a]; }
  const origin& origin_of_object(object_id o) const { return object_origin_[o]; }

  // Hashes of the stable names: the same in every process, where the dense numbers are not.
  std::uint64_t hash_of_actor(actor_id a) const { return actor_hash_[a]; }
  std::uint64_t hash_of_object(object_id o) const { return object_hash_[o]; }

 private:
  template <class Id>
  static Id intern(std::vector<std::vector<Id>>& table, std::uint32_t row, std::uint32_t ordinal,
                   Id& next);

  std::vector<std::vector<actor_id>> children_;
  std::vector<std::vector<object_id>> objects_;
  std::vector<actor_id> timers_;
  std::vector<std::uint64_t> actor_hash_{1, 2};      // of the clock and of main
  std::vector<std::uint64_t> object_hash_{1, 2, 3, 4};  // of nil and the reserved objects
  std::vector<origin> actor_origin_;
  std::vector<origin> object_origin_;
  std::map<const void*, object_id> outside_;
  std::map<std::tuple<actor_id, std::uint32_t, std::uint64_t>, object_id> within_;
  actor_id next_actor_ = main_actor + 1;
  object_id next_object_ = nothing_object + 1;
};

}  // namespace heddle::explore
