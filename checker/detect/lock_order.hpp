// Cycles in the order in which locks are acquired, over all executions of a model.
//
// Goodlock (Havelund, SPIN 2000): an edge from each lock that a goroutine holds to the one that it
// takes; a cycle whose edges are not all of one goroutine is a hint that some schedule may deadlock.
// Only a hint: a third lock, or a channel, may keep the two apart, and that is for exploring to find
// out. So this is a warning, and never a failure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "heddle/check/check.hpp"
#include "trace.hpp"

namespace heddle::detect {

class lock_order {
 public:
  // Takes an execution's acquisitions in. Orders repeat themselves: after the first executions only
  // every so many are looked at.
  void look_at(const explore::trace& t);
  // One for each cycle, the shortest first found; at most a few.
  std::vector<checker::warning> warnings() const;

 private:
  struct order {
    std::string first;         // the lock that is held, in words
    std::string second;
    std::string first_at;      // where it was taken
    std::string second_at;     // where the other is taken meanwhile
    std::string who;
    explore::actor_id actor = explore::no_actor;
    bool several_actors = false;
  };
  struct held_lock {
    explore::object_id lock = 0;
    place at;
  };
  using key = std::pair<explore::object_id, explore::object_id>;

  void acquire(const explore::trace& t, const explore::event& e, explore::object_id lock,
               bool waits);
  void release(explore::actor_id who, explore::object_id lock);
  bool extend(std::vector<key>& path, std::vector<std::vector<key>>& found) const;
  bool one_actor(const std::vector<key>& cycle) const;

  std::map<key, order> orders_;
  std::vector<std::vector<held_lock>> held_;  // by actor
  std::uint64_t executions_ = 0;
};

}  // namespace heddle::detect
