#include "dpor.hpp"

#include <algorithm>
#include <utility>

#include "naive.hpp"

namespace heddle::explore {

namespace {

constexpr std::size_t not_there = ~std::size_t{0};

std::size_t find(const point& at, const action& what) {
  for (std::size_t i = 0; i < at.alternatives.size(); ++i)
    if (at.alternatives[i].what == what) return i;
  return not_there;
}

}  // namespace

bool dpor_strategy::begin() {
  depth_ = 0;
  blocked_ = false;
  return !exhausted_ && nondeterminism_.empty();
}

std::size_t dpor_strategy::repeat(std::size_t most) {
  if (executions_ == 0) return 0;  // what is known comes from elsewhere
  while (depth_ < most && depth_ < length_ && path_[depth_].visited) ++depth_;
  return depth_;
}

const known_choice* dpor_strategy::known(std::size_t, std::uint64_t fingerprint) {
  if (depth_ >= length_) return nullptr;
  const node& n = path_[depth_];
  if (!n.visited || n.fingerprint != fingerprint) return nullptr;
  ++depth_;
  return &n.again;
}

std::size_t dpor_strategy::pick(const point& at) {
  if (depth_ > at.step) {  // what was known turned out not to be possible
    nondeterminism_ = describe_departure(at);
    return abandon;
  }
  return depth_ < length_ ? follow(at) : extend(at);
}

// The last node of the path, whose choice is a planned one that was not taken before.
std::size_t dpor_strategy::follow(const point& at) {
  node& n = path_[depth_];
  if (n.fingerprint != at.fingerprint) {
    nondeterminism_ = describe_departure(at);
    return abandon;
  }
  const std::size_t index = find(at, steps_.what(n.chosen));
  if (index == not_there) {
    ++redundant_;  // planned, but not possible here
    return abandon;
  }
  n.again = {at.alternatives[index].what, static_cast<std::uint32_t>(index),
             static_cast<std::uint32_t>(at.alternatives.size())};
  n.visited = true;
  ++depth_;
  return index;
}

std::size_t dpor_strategy::extend(const point& at) {
  // The sleep set of the new node: what its parent's choice does not wake.
  if (length_ > 0) {
    const node& parent = path_[length_ - 1];
    sleep_.resize(parent.sleep_end);
    for (std::size_t i = sleep_begin(length_ - 1); i < parent.sleep_end; ++i)
      if (!steps_.dependent(sleep_[i], parent.chosen)) sleep_.push_back(sleep_[i]);
  } else {
    sleep_.clear();
  }
  wakeup_trees::tree todo = std::exchange(planned_, wakeup_trees::empty);
  const std::size_t index =
      todo == wakeup_trees::empty ? first_awake(at) : choose_planned(at, todo);
  if (index == not_there) {
    ++redundant_;
    blocked_ = true;
    trees_.clear(planned_);
    trees_.clear(todo);
    return abandon;
  }
  push_node(at, index, todo);
  return index;
}

std::size_t dpor_strategy::choose_planned(const point& at, wakeup_trees::tree& todo) {
  const std::size_t index = find(at, steps_.what(trees_.first(todo)));
  planned_ = trees_.take_first(todo);
  return index;
}

bool dpor_strategy::asleep(const action& what) const {
  for (std::size_t i = sleep_begin(length_); i < sleep_.size(); ++i)
    if (steps_.what(sleep_[i]) == what) return true;
  return false;
}

// The alternative to explore first where nothing is planned: go on with who ran last.
std::size_t dpor_strategy::first_awake(const point& at) {
  std::size_t any = not_there;
  for (std::size_t i = 0; i < at.alternatives.size(); ++i) {
    const action& what = at.alternatives[i].what;
    const bool goes_on = what.who == at.running || what.partner == at.running;
    if ((any != not_there && !goes_on) || asleep(what)) continue;
    if (goes_on) return i;
    any = i;
  }
  return any;
}

void dpor_strategy::push_node(const point& at, std::size_t index, wakeup_trees::tree todo) {
  if (length_ == path_.size()) path_.emplace_back();
  node& n = path_[length_];
  const alternative& picked = at.alternatives[index];
  n.fingerprint = at.fingerprint;
  n.chosen = steps_.intern(picked.what, picked.touches);
  n.again = {picked.what, static_cast<std::uint32_t>(index),
             static_cast<std::uint32_t>(at.alternatives.size())};
  n.visited = true;
  n.spent = false;
  n.done = 0;
  n.sleep_end = sleep_.size();
  n.todo = todo;
  n.unsettled.clear();
  ++length_;
  ++depth_;
}

void dpor_strategy::end_for_good(const trace& t) {
  if (depth_ < length_ && t.ended != ending::abandoned && nondeterminism_.empty())
    nondeterminism_ = ended_early(t);
}

void dpor_strategy::end(const trace& t) {
  end_for_good(t);
  if (!nondeterminism_.empty()) return;
  ++executions_;
  if (learns_of_group_panic(t)) return forget_everything();
  if (t.ended != ending::abandoned || blocked_) {
    keep_to_bound(t);
    note_stop(t);
    plan(t);
  }
  backtrack();
}

void dpor_strategy::bound_preemptions(unsigned most, std::optional<unsigned> slack) {
  most_preemptions_ = most;
  slack_ = slack;
}

bool dpor_strategy::out_of_bound(const trace& t) {
  if (!most_preemptions_) return false;
  order_.analyse(t, t.events.size(), known_);
  analysed_ = t.events.size();
  preemptions_.look_at(t, order_);
  const bool outside = preemptions_.least(*most_preemptions_) > *most_preemptions_;
  left_out_ = left_out_ || outside;
  return outside;
}

// Ends the path with the first event that leads out of the bound and its slack.
void dpor_strategy::keep_to_bound(const trace& t) {
  if (!most_preemptions_ || !slack_) return;
  std::size_t beyond = std::min(t.events.size(), length_);
  order_.analyse(t, beyond, std::min(beyond, std::max(known_, analysed_)));
  analysed_ = beyond;
  preemptions_.look_at(t, order_);
  const unsigned most = *most_preemptions_ + *slack_;
  if (preemptions_.least_of_beginning(beyond, most) <= most) return;
  std::size_t within = 0;
  while (within + 1 < beyond) {
    const std::size_t middle = (within + beyond) / 2;
    (preemptions_.least_of_beginning(middle, most) <= most ? within : beyond) = middle;
  }
  left_out_ = true;
  while (length_ > beyond) trees_.clear(path_[--length_].todo);
}

// Whether the execution shows that dones of a wait group do not all commute: one of them panicked.
// What was explored under the other assumption is then explored again.
bool dpor_strategy::learns_of_group_panic(const trace& t) {
  if (!t.group_panicked) return false;
  const std::size_t before = panicking_groups_.size();
  for (object_id o : t.group_panics()) {
    if (std::ranges::count(panicking_groups_, o) > 0) continue;
    panicking_groups_.push_back(o);
    reversals_.expect_group_panic(o);
  }
  return panicking_groups_.size() > before;
}

void dpor_strategy::forget_everything() {
  while (length_ > 0) trees_.clear(path_[--length_].todo);
  known_ = analysed_ = 0;
  trees_.clear(planned_);
  redundant_ = executions_;
  ++begun_again_;
}

// The last event ended the execution: nothing can come after it, as if it touched everything.
void dpor_strategy::note_stop(const trace& t) {
  stopped_at_ = happens_before::none;
  if (t.ended != ending::stopped || t.events.empty() || t.events.size() != length_) return;
  stopped_at_ = static_cast<std::uint32_t>(length_ - 1);
  const event& last = t.events.back();
  access_list touches(t.touches(last).begin(), t.touches(last).end());
  touches.push_back({everything_object, access_kind::everything, 0});
  path_[length_ - 1].chosen = steps_.intern(last.what, touches);
}

void dpor_strategy::plan(const trace& t) {
  const std::size_t length = std::min(t.events.size(), length_);
  order_.analyse(t, length, std::min(length, std::max(known_, analysed_)));
  analysed_ = 0;
  reversals_.look_at(t, order_);
  const auto report = [this](const reversal& r) { return insert(r); };
  for (std::uint32_t e = 0; e < length; ++e) {
    std::vector<std::uint32_t>& unsettled = path_[e].unsettled;
    if (e >= known_)
      reversals_.reverse(e, unsettled, report);
    else if (!unsettled.empty())
      reversals_.reverse_again(e, unsettled, report);
  }
  reversals_.reverse_passed_by(report);
  known_ = length;
}

dpor_strategy::relation dpor_strategy::relate(step_id s, const reversal& r, step_id last) {
  for (std::uint32_t e : r.kept) {
    const step_id theirs = path_[e].chosen;
    if (steps_.same_action(s, theirs))
      return e < r.performed ? relation::always_initial : relation::initial;
    if (steps_.dependent(s, theirs)) return relation::conflicting;
  }
  if (steps_.same_action(s, last))
    return s == last && r.as_performed ? relation::always_initial : relation::initial;
  return steps_.dependent(s, last) ? relation::conflicting : relation::apart;
}

// Plans a reversal unless it is covered. True: what came of it would be the same after any other
// continuation of what leads to the reversed event, so it need not be looked at again.
bool dpor_strategy::insert(const reversal& r) {
  node& from = path_[r.at];
  const bool as_performed = r.as_performed && r.performed != stopped_at_;
  const step_id last =
      as_performed ? path_[r.performed].chosen : steps_.intern(r.last, r.touches);
  // The candidate may touch other things in its new place, and commute with what it was to
  // overtake: then the branch that is being explored covers it.
  if (const relation mine = relate(from.chosen, r, last); mine != relation::conflicting)
    return mine == relation::always_initial;
  for (std::size_t i = sleep_begin(r.at); i < from.sleep_end; ++i) {
    const relation mine = relate(sleep_[i], r, last);
    if (mine == relation::conflicting) continue;
    return mine == relation::always_initial;
  }
  sequence_.clear();
  for (std::uint32_t e : r.kept) sequence_.push_back(path_[e].chosen);
  sequence_.push_back(last);
  const auto certain =
      static_cast<std::size_t>(std::ranges::lower_bound(r.kept, r.performed) - r.kept.begin());
  return trees_.insert(from.todo, sequence_, certain) == wakeup_trees::result::always;
}

void dpor_strategy::backtrack() {
  trees_.clear(planned_);
  while (length_ > 0) {
    node& last = path_[length_ - 1];
    if (!last.spent) {
      sleep_.resize(last.sleep_end);
      sleep_.push_back(last.chosen);
      ++last.sleep_end;
      last.spent = true;
      ++last.done;
    }
    if (last.todo != wakeup_trees::empty) {
      last.chosen = trees_.first(last.todo);
      planned_ = trees_.take_first(last.todo);
      last.visited = last.spent = false;
      last.unsettled.clear();
      known_ = std::min(known_, length_ - 1);
      return;
    }
    --length_;
  }
  exhausted_ = true;
}

double dpor_strategy::branches(const node& n) const {
  const std::size_t left = trees_.branches(n.todo) + (n.spent ? 0 : 1);
  return static_cast<double>(std::max<std::size_t>(n.done + left, 1));
}

// As if all known branches of a node were of equal size.
double dpor_strategy::progress() const {
  if (exhausted_) return 1;
  double done = 0;
  double share = 1;
  for (std::size_t d = 0; d < length_; ++d) {
    share /= branches(path_[d]);
    done += share * path_[d].done;
  }
  return done;
}

}  // namespace heddle::explore
