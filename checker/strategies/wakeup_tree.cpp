#include "wakeup_tree.hpp"

namespace heddle::explore {

namespace {

enum class relation { initial, independent, conflicting };

// How `first` relates to a sequence: it can be moved to its front (and then stands at `place`), it
// commutes with all of it, or neither.
relation relate(step_table& steps, step_id first, const std::vector<step_id>& sequence,
                std::size_t& place) {
  for (place = 0; place < sequence.size(); ++place) {
    if (steps.same_action(sequence[place], first)) return relation::initial;
    if (steps.dependent(first, sequence[place])) return relation::conflicting;
  }
  return relation::independent;
}

}  // namespace

wakeup_trees::tree wakeup_trees::take(step_id s) {
  tree t = free_;
  if (t != empty) {
    free_ = pool_[t].next;
  } else {
    t = static_cast<tree>(pool_.size());
    pool_.emplace_back();
  }
  pool_[t] = {s, empty, empty};
  return t;
}

wakeup_trees::tree wakeup_trees::take_first(tree& t) {
  const tree taken = t;
  const tree rest = pool_[taken].then;
  t = pool_[taken].next;
  pool_[taken].next = free_;
  free_ = taken;
  return rest;
}

void wakeup_trees::clear(tree& t) {
  while (t != empty) {
    tree rest = take_first(t);
    clear(rest);
  }
}

wakeup_trees::result wakeup_trees::insert(tree& t, std::vector<step_id>& sequence,
                                          std::size_t certain) {
  tree parent = empty;  // whose `then` is searched; at first `t` itself
  bool needed_more = false;
  for (;;) {
    tree last = empty;
    tree inside = empty;
    for (tree b = parent == empty ? t : pool_[parent].then; b != empty; b = pool_[b].next) {
      std::size_t place = 0;
      const relation r = relate(steps_, pool_[b].step, sequence, place);
      last = b;
      if (r == relation::conflicting) continue;
      needed_more = needed_more || r == relation::independent || place >= certain;
      if (r == relation::initial) {
        sequence.erase(sequence.begin() + static_cast<std::ptrdiff_t>(place));
        if (place < certain) --certain;
      }
      if (pool_[b].then == empty || sequence.empty())
        return needed_more ? result::covered : result::always;
      inside = b;
      break;
    }
    if (inside != empty) {
      parent = inside;
      continue;
    }
    for (step_id s : sequence) {
      const tree fresh = take(s);
      if (last != empty)
        pool_[last].next = fresh;
      else if (parent != empty)
        pool_[parent].then = fresh;
      else
        t = fresh;
      parent = fresh;
      last = empty;
    }
    return result::added;
  }
}

}  // namespace heddle::explore
