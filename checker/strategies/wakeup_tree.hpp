// Wakeup trees: the beginnings of executions that are still to be explored from a node, ordered,
// no two of them beginnings of the same trace.
//
// Abdulla, Aronis, Jonsson, Sagonas: Optimal Dynamic Partial Order Reduction, POPL 2014, section 6.
#pragma once

#include <vector>

#include "action.hpp"

namespace heddle::explore {

class wakeup_tree {
 public:
  wakeup_tree();
  wakeup_tree(wakeup_tree&&) noexcept;
  wakeup_tree& operator=(wakeup_tree&&) noexcept;
  ~wakeup_tree();

  bool empty() const;
  // The step to take first.
  const step& first() const;
  // Removes the first branch and returns what is to follow its first step.
  wakeup_tree take_first();

  // Adds a sequence unless an existing branch, explored freely from its leaf on, covers it.
  void insert(std::vector<step> sequence);

 private:
  struct branch;
  std::vector<branch> children_;
};

}  // namespace heddle::explore
