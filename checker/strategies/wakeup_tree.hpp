// Wakeup trees: the beginnings of executions that are still to be explored from a node, ordered,
// no two of them beginnings of the same trace.
//
// Abdulla, Aronis, Jonsson, Sagonas: Optimal Dynamic Partial Order Reduction, POPL 2014, section 6.
// All trees of a search lie in one pool and hold numbers of steps, 12 bytes for each.
#pragma once

#include <cstdint>
#include <vector>

#include "step_table.hpp"

namespace heddle::explore {

class wakeup_trees {
 public:
  // The first branch of a tree; `empty` for a tree without any.
  using tree = std::uint32_t;
  static constexpr tree empty = 0;

  explicit wakeup_trees(step_table& steps) : steps_(steps), pool_(1) {}

  // REQUIRES: the tree is not empty.
  step_id first(tree t) const { return pool_[t].step; }
  // How many there are, not counting what follows them.
  std::size_t branches(tree t) const {
    std::size_t n = 0;
    for (; t != empty; t = pool_[t].next) ++n;
    return n;
  }
  // Removes the first branch and returns what is to follow its first step.
  tree take_first(tree& t);
  void clear(tree& t);

  std::size_t bytes() const { return pool_.size() * sizeof(branch); }

  // What becomes of a sequence: `covered` by a branch that will be explored freely from its leaf
  // on; `always` if only its first `certain` steps were needed to see that.
  enum class result { added, covered, always };
  result insert(tree& t, std::vector<step_id>& sequence, std::size_t certain);

 private:
  struct branch {
    step_id step = 0;
    tree then = empty;
    tree next = empty;
  };
  tree take(step_id s);

  step_table& steps_;
  std::vector<branch> pool_;
  tree free_ = empty;  // linked by `next`
};

}  // namespace heddle::explore
