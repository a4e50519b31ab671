// Cycles in the order in which locks are acquired, over all executions of a model.
//
// Goodlock (Havelund, SPIN 2000): an edge from each lock that a goroutine holds to the one that it
// takes; a cycle is a hint that some schedule may deadlock. Left out are cycles that cannot: those
// of one goroutine, those that a lock held around them keeps apart (a gate), and those in which a
// lock is only read where it is held and where it is waited for. What else keeps two goroutines
// apart, a channel say, is for exploring to find out. So this is a warning, and never a failure.
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
  enum class use { shared, exclusive };
  struct held_lock {
    explore::object_id lock = 0;
    use how = use::exclusive;
    place at;
  };
  // One way in which a goroutine took a lock while it held another.
  struct order {
    explore::actor_id actor = explore::no_actor;
    use wanted = use::exclusive;
    std::map<explore::object_id, use> held;  // the first lock of the edge among them
    std::string first;         // the lock that is held, in words
    std::string second;
    std::string first_at;      // where it was taken
    std::string second_at;     // where the other is taken meanwhile
    std::string who;
  };
  using key = std::pair<explore::object_id, explore::object_id>;
  using edge = std::pair<const key, std::vector<order>>;

  void acquire(const explore::trace& t, const explore::event& e, use how, bool waits);
  void release(explore::actor_id who, explore::object_id lock);
  bool extend(std::vector<const edge*>& path,
              std::vector<std::vector<const order*>>& found) const;
  static bool choose_orders(const std::vector<const edge*>& cycle,
                            std::vector<const order*>& chosen);
  static bool fit(const order& a, const order& b);
  static bool hold_up(const std::vector<const edge*>& cycle,
                      const std::vector<const order*>& chosen);

  std::map<key, std::vector<order>> orders_;
  std::vector<std::vector<held_lock>> held_;  // by actor
  std::uint64_t executions_ = 0;
};

}  // namespace heddle::detect
