// Steps by number: an action together with what it touches is interned, so that sleep sets and
// planned sequences are arrays of small numbers, and whether two steps commute is asked once.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "action.hpp"

namespace heddle::explore {

using step_id = std::uint32_t;

class step_table {
 public:
  // The number of a step; the same for equal ones.
  step_id intern(const action& what, std::span<const access> touches);

  const action& what(step_id s) const { return steps_[s].what; }
  std::span<const access> touches(step_id s) const {
    return std::span(accesses_).subspan(steps_[s].first_access, steps_[s].access_count);
  }
  // Whether two steps are the same action, whatever they touch.
  bool same_action(step_id a, step_id b) const {
    return steps_[a].same_action == steps_[b].same_action;
  }
  // Whether two steps share a participant or hold a dependent pair of accesses.
  bool dependent(step_id a, step_id b);
  std::size_t size() const { return steps_.size(); }

 private:
  struct entry {
    action what;
    std::uint32_t first_access;
    std::uint32_t access_count;
    step_id same_action;  // the first step with this action
    std::uint64_t hash;   // of action and accesses
  };
  enum class answer : std::uint8_t { unknown, independent, dependent };

  bool equal(const entry& e, const action& what, std::span<const access> touches) const;
  bool compute(step_id a, step_id b) const;
  void grow_cache();
  void grow_slots();
  step_id add(const action& what, std::span<const access> touches, std::uint64_t hash);

  std::vector<entry> steps_;
  std::vector<access> accesses_;
  std::vector<step_id> slots_;  // by hash, linear probing; at most half are taken
  std::unordered_map<std::uint64_t, std::vector<step_id>> by_action_;
  std::vector<answer> cache_;  // a square of cached_ steps; larger numbers are computed each time
  std::size_t cached_ = 0;
};

}  // namespace heddle::explore
