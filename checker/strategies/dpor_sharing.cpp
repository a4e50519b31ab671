// dpor: giving parts of the tree away, saving and restoring them.
#include <algorithm>

#include "dpor.hpp"

namespace heddle::explore {

dpor_strategy::dpor_strategy(const subtree& part) {
  std::vector<step_id> renamed;
  for (std::size_t s = 0; s < part.actions.size(); ++s)
    renamed.push_back(steps_.intern(part.actions[s], part.touches[s]));
  const auto restored = [&](std::vector<planned_branch> flat) {
    for (planned_branch& b : flat) b.step = renamed[b.step];
    return trees_.restore(flat);
  };
  for (object_id o : part.panicking_groups) {
    panicking_groups_.push_back(o);
    reversals_.expect_group_panic(o);
  }
  if (!part.begun) return;
  for (const subtree::level& l : part.levels) {
    node& n = path_.emplace_back();
    n.fingerprint = l.fingerprint;
    n.chosen = renamed[l.chosen];
    n.visited = l.visited;
    n.spent = l.spent;
    n.divided = l.divided;
    n.done = l.done;
    n.shared = l.shared;
    n.again = {part.actions[l.chosen], l.index, l.alternatives};
    for (const sleeper& s : l.asleep) {
      sleep_.push_back({renamed[s.step], s.foreign});
      any_foreign_ = any_foreign_ || s.foreign;
    }
    n.sleep_end = sleep_.size();
    n.todo = restored(l.todo);
  }
  length_ = path_.size();
  floor_ = part.floor;
  planned_ = restored(part.planned);
  for (step_id s : part.hint) hint_.push_back(renamed[s]);
  exhausted_ = part.exhausted;
  if (!exhausted_ && path_.back().spent) backtrack();
}

subtree dpor_strategy::save() const {
  subtree part;
  part.begun = executions_ > 0 || length_ > 0 || exhausted_;
  part.exhausted = exhausted_;
  part.floor = static_cast<std::uint32_t>(floor_);
  part.panicking_groups = panicking_groups_;
  for (step_id s = 0; s < steps_.size(); ++s) {
    part.actions.push_back(steps_.what(s));
    part.touches.emplace_back(steps_.touches(s).begin(), steps_.touches(s).end());
  }
  for (std::size_t d = 0; d < length_; ++d) {
    const node& n = path_[d];
    subtree::level l;
    l.fingerprint = n.fingerprint;
    l.chosen = n.chosen;
    l.visited = n.visited;
    l.spent = n.spent;
    l.divided = n.divided;
    l.index = n.again.index;
    l.alternatives = n.again.alternatives;
    l.done = n.done;
    l.shared = n.shared;
    l.asleep.assign(sleep_.begin() + static_cast<std::ptrdiff_t>(sleep_begin(d)),
                    sleep_.begin() + static_cast<std::ptrdiff_t>(n.sleep_end));
    if (d >= floor_) trees_.flatten(n.todo, l.todo);
    part.levels.push_back(std::move(l));
  }
  trees_.flatten(planned_, part.planned);
  part.hint = hint_;
  return part;
}

std::optional<subtree> dpor_strategy::split() {
  std::size_t depth = floor_;
  while (depth + 1 < length_ && path_[depth].todo == wakeup_trees::empty) ++depth;
  if (depth + 1 >= length_) return std::nullopt;  // the last node's choice is to be explored first
  divide(depth);
  node& from = path_[depth];
  const step_id given = trees_.first(from.todo);
  wakeup_trees::tree after = trees_.take_first(from.todo);
  subtree part = save();
  part.levels.resize(depth + 1);
  part.begun = true;
  part.floor = static_cast<std::uint32_t>(depth + 1);
  part.planned.clear();
  trees_.flatten(after, part.planned);
  trees_.clear(after);
  for (subtree::level& l : part.levels) {
    l.todo.clear();
    l.done = l.shared = 0;
  }
  subtree::level& root = part.levels.back();
  if (!root.spent) root.asleep.push_back({root.chosen, true});
  root.chosen = given;
  root.visited = root.spent = false;
  insert_sleeper(depth, {given, true});
  ++from.shared;
  return part;
}

std::vector<dpor_strategy::given_share> dpor_strategy::shares_given() const {
  std::vector<given_share> shares;
  double share = 1;
  for (std::size_t d = floor_; d < length_; ++d) {
    share /= branches(path_[d]);
    if (path_[d].shared > 0) shares.push_back({static_cast<std::uint32_t>(d), share});
  }
  return shares;
}

// From here on branches of the node are explored at the same time, so that none may rely on what
// another plans into it.
void dpor_strategy::divide(std::size_t depth) {
  path_[depth].divided = true;
  for (std::size_t i = sleep_begin(depth); i < path_[depth].sleep_end; ++i)
    sleep_[i].foreign = true;
  any_foreign_ = true;
}

// Nodes further down keep the sleep sets that they have: what is explored there began before.
void dpor_strategy::insert_sleeper(std::size_t depth, sleeper s) {
  const auto place = static_cast<std::ptrdiff_t>(path_[depth].sleep_end);
  sleep_.insert(sleep_.begin() + place, s);
  for (std::size_t d = depth; d < length_; ++d) ++path_[d].sleep_end;
}

void dpor_strategy::branch_explored(std::size_t depth) {
  --path_[depth].shared;
  ++path_[depth].done;
  if (waiting_ && path_[length_ - 1].shared == 0) {
    waiting_ = false;
    backtrack();
  }
}

// What the other part found it has held against what slept when it was split off. What has been
// explored here has not planned into it, so covers it only by beginning it, and is foreign to what
// is explored from it.
void dpor_strategy::plan_remote(const subtree& names, const remote_plan& found) {
  sequence_.clear();
  for (step_id s : found.sequence)
    sequence_.push_back(steps_.intern(names.actions[s], names.touches[s]));
  node& n = path_[found.at];
  const relation mine = n.spent ? relation::conflicting : relate(n.chosen, sequence_);
  if (mine == relation::initial) return;
  for (std::size_t i = sleep_begin(found.at); i < n.sleep_end; ++i)
    if (relate(sleep_[i].step, sequence_) == relation::initial) return;
  divide(found.at);
  trees_.insert(n.todo, sequence_, 0);
  if (waiting_) {
    waiting_ = false;
    backtrack();
  }
}

dpor_strategy::relation dpor_strategy::relate(step_id s, const std::vector<step_id>& sequence) {
  for (step_id theirs : sequence) {
    if (steps_.same_action(s, theirs)) return relation::initial;
    if (steps_.dependent(s, theirs)) return relation::conflicting;
  }
  return relation::apart;
}

std::vector<remote_plan> dpor_strategy::take_remote_plans() {
  std::vector<remote_plan> plans;
  std::vector<step_id> sequence;
  for (std::size_t d = 0; d < floor_ && d < length_; ++d) {
    trees_.each(path_[d].todo, sequence, [&](const std::vector<step_id>& whole) {
      plans.push_back({static_cast<std::uint32_t>(d), whole});
    });
    trees_.clear(path_[d].todo);
  }
  return plans;
}

}  // namespace heddle::explore
