#include "dpor.hpp"

#include <algorithm>

#include "dependence.hpp"
#include "naive.hpp"

namespace heddle::explore {

namespace {

constexpr std::size_t not_there = ~std::size_t{0};

std::size_t find(const point& at, const action& what) {
  for (std::size_t i = 0; i < at.alternatives.size(); ++i)
    if (at.alternatives[i].what == what) return i;
  return not_there;
}

bool asleep(const std::vector<step>& sleep, const action& what) {
  return std::ranges::any_of(sleep, [&](const step& s) { return s.what == what; });
}

// The alternative to explore first where nothing is planned: go on with who ran last.
std::size_t first_awake(const point& at, const std::vector<step>& sleep) {
  std::size_t any = not_there;
  for (std::size_t i = 0; i < at.alternatives.size(); ++i) {
    const action& what = at.alternatives[i].what;
    if (asleep(sleep, what)) continue;
    if (what.who == at.running || what.partner == at.running) return i;
    if (any == not_there) any = i;
  }
  return any;
}

bool shares_actor(const action& a, const action& b) {
  return a.who == b.who || a.who == b.partner || a.partner == b.who ||
         (a.partner != no_actor && a.partner == b.partner);
}

// Whether a sleeping step could come first in a sequence, or before all of it: then every trace
// that begins with the sequence has been explored.
bool weak_initial(const step& s, const trace& t, const reversal& r) {
  for (std::uint32_t e : r.kept) {
    const event& ev = t.events[e];
    if (ev.what == s.what) return true;
    if (shares_actor(s.what, ev.what)) return false;
    for (const access& theirs : t.touches(ev))
      for (const access& mine : s.touches)
        if (dependent(mine, theirs)) return false;
  }
  return r.last->what == s.what || !dependent(s, *r.last);
}

}  // namespace

bool dpor_strategy::begin() {
  depth_ = 0;
  return !exhausted_ && nondeterminism_.empty();
}

std::size_t dpor_strategy::pick(const point& at) {
  return depth_ < path_.size() ? follow(at) : extend(at);
}

std::size_t dpor_strategy::follow(const point& at) {
  const node& known = path_[depth_];
  const std::size_t index = find(at, known.chosen.what);
  if (known.fingerprint != at.fingerprint) nondeterminism_ = describe_departure(at);
  if (known.fingerprint != at.fingerprint || index == not_there) {
    redundant_ += nondeterminism_.empty() ? 1 : 0;  // planned, but not possible here
    return abandon;
  }
  ++depth_;
  return index;
}

std::size_t dpor_strategy::extend(const point& at) {
  node fresh;
  fresh.fingerprint = at.fingerprint;
  if (!path_.empty()) inherit_sleep(fresh);
  fresh.todo = std::move(planned_);
  planned_ = {};
  std::size_t index = not_there;
  if (fresh.todo.empty()) {
    index = first_awake(at, fresh.sleep);
  } else {
    index = find(at, fresh.todo.first().what);
    planned_ = fresh.todo.take_first();
  }
  if (index == not_there) {
    ++redundant_;
    planned_ = {};
    return abandon;
  }
  fresh.chosen = {at.alternatives[index].what, *at.alternatives[index].touches};
  path_.push_back(std::move(fresh));
  ++depth_;
  return index;
}

void dpor_strategy::inherit_sleep(node& fresh) const {
  const node& parent = path_.back();
  for (const step& s : parent.sleep)
    if (!dependent(s, parent.chosen)) fresh.sleep.push_back(s);
}

void dpor_strategy::end(const trace& t) {
  if (!nondeterminism_.empty()) return;
  ++executions_;
  if (learns_of_group_panic(t)) {
    path_.clear();
    planned_ = {};
    redundant_ = executions_;
    return;
  }
  if (t.ended != ending::abandoned) plan(t);
  backtrack();
}

// Whether the execution shows that dones of a wait group do not all commute: one of them panicked.
// What was explored under the other assumption is then explored again.
bool dpor_strategy::learns_of_group_panic(const trace& t) {
  const std::size_t before = panicking_groups_.size();
  for (object_id o : t.group_panics()) {
    if (std::ranges::count(panicking_groups_, o) > 0) continue;
    panicking_groups_.push_back(o);
    reversals_.expect_group_panic(o);
  }
  return panicking_groups_.size() > before;
}

void dpor_strategy::plan(const trace& t) {
  const std::size_t length = std::min(t.events.size(), path_.size());
  order_.analyse(t, length);
  reversals_.find(t, order_, [&](const reversal& r) { insert(t, r); });
}

void dpor_strategy::insert(const trace& t, const reversal& r) {
  node& from = path_[r.at];
  // The candidate may touch other things in its new place, and commute with what it was to
  // overtake: then the branch that is being explored covers it.
  if (weak_initial(from.chosen, t, r)) return;
  if (std::ranges::any_of(from.sleep, [&](const step& s) { return weak_initial(s, t, r); })) return;
  std::vector<step> sequence;
  sequence.reserve(r.kept.size() + 1);
  for (std::uint32_t e : r.kept) {
    const std::span<const access> touches = t.touches(t.events[e]);
    sequence.push_back({t.events[e].what, {touches.begin(), touches.end()}});
  }
  sequence.push_back(*r.last);
  from.todo.insert(std::move(sequence));
}

void dpor_strategy::backtrack() {
  planned_ = {};
  while (!path_.empty()) {
    node& last = path_.back();
    last.sleep.push_back(std::move(last.chosen));
    if (!last.todo.empty()) {
      last.chosen = last.todo.first();
      planned_ = last.todo.take_first();
      return;
    }
    path_.pop_back();
  }
  exhausted_ = true;
}

}  // namespace heddle::explore
