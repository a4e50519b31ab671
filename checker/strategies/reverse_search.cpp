// Reverse search: running a trace to its end, and which comes next.
#include "reverse_search.hpp"

#include <algorithm>
#include <utility>

#include "dependence.hpp"
#include "naive.hpp"

namespace heddle::explore {

namespace {

constexpr std::size_t not_there = ~std::size_t{0};
constexpr std::uint32_t unranked = ~std::uint32_t{0};
constexpr std::size_t most_open = 32;  // levels that are not explored depth first

std::size_t find(const point& at, const action& what) {
  for (std::size_t i = 0; i < at.alternatives.size(); ++i)
    if (at.alternatives[i].what == what) return i;
  return not_there;
}

// The names of an actor and of those that made it, outermost first.
void path_of(const trace& t, actor_id who, std::vector<std::uint32_t>& path) {
  path.clear();
  for (; who != no_actor; who = t.actors[who].parent) path.push_back(t.actors[who].ordinal);
  std::ranges::reverse(path);
}

}  // namespace

bool reverse_search::begin() {
  if (exhausted_ || !nondeterminism_.empty()) return false;
  depth_ = 0;
  if (!started_) {
    schedule_.clear();
    common_ = 0;
    started_ = true;
    return true;
  }
  take_next();
  return true;
}

// Where the child is that shares the longest beginning with the execution before. Only while there
// are few levels: depth first is what bounds their number.
std::size_t reverse_search::nearest_level() const {
  std::size_t best = levels_used_ - 1;
  if (levels_used_ > most_open) return best;
  const auto shared = [&](const level& l) {
    return std::min<std::size_t>(l.shared, l.children.back().kept_below);
  };
  for (std::size_t i = best; i-- > 0;)
    if (shared(levels_[i]) > shared(levels_[best])) best = i;
  return best;
}

void reverse_search::leave_level(std::size_t index) {
  const auto at = levels_.begin() + static_cast<std::ptrdiff_t>(index);
  std::rotate(at, at + 1, levels_.begin() + static_cast<std::ptrdiff_t>(levels_used_));
  --levels_used_;
}

void reverse_search::take_next() {
  const std::size_t index = nearest_level();
  level& from = levels_[index];
  const child next = from.children.back();
  from.children.pop_back();
  --left_;
  schedule_.assign(from.path.begin(), from.path.begin() + next.kept_below);
  for (std::uint32_t i = 0; i < next.kept_count; ++i)
    schedule_.push_back(from.path[from.kept[next.first_kept + i]]);
  schedule_.push_back(next.last);
  from.kept.resize(next.first_kept);
  if (from.children.empty()) leave_level(index);
  common_ = 0;
  while (common_ < schedule_.size() && common_ < length_ &&
         path_[common_].chosen == schedule_[common_])
    ++common_;
}

std::size_t reverse_search::repeat(std::size_t most) {
  depth_ = std::min(most, common_);
  return depth_;
}

const known_choice* reverse_search::known(std::size_t, std::uint64_t fingerprint) {
  if (depth_ >= common_) return nullptr;
  const node& n = path_[depth_];
  if (n.fingerprint != fingerprint) return nullptr;
  ++depth_;
  return &n.again;
}

std::size_t reverse_search::pick(const point& at) {
  if (depth_ > at.step || (depth_ < common_ && path_[depth_].fingerprint != at.fingerprint)) {
    nondeterminism_ = describe_departure(at);
    return abandon;
  }
  if (!ranked(at)) rank(*at.so_far);
  std::size_t index;
  const bool by_default = depth_ >= schedule_.size();
  if (depth_ < schedule_.size()) {
    index = find(at, steps_.what(schedule_[depth_]));
    if (index == not_there) {
      // What is planned is possible, in every process, if the model does as it did; but for a ticker
      // that was silenced after main had returned, of which plans do not know.
      const actor_id who = steps_.what(schedule_[depth_]).who;
      if (at.so_far->actors[who].kind == actor_kind::goroutine)
        nondeterminism_ = describe_departure(at);
      else
        ++redundant_;
      return abandon;
    }
  } else {
    index = least(at);
  }
  push_node(at, index, by_default);
  return index;
}

std::size_t reverse_search::least(const point& at) const {
  std::size_t best = 0;
  for (std::size_t i = 1; i < at.alternatives.size(); ++i)
    if (less(at.alternatives[i].what, at.alternatives[best].what)) best = i;
  return best;
}

void reverse_search::push_node(const point& at, std::size_t index, bool is_least) {
  const alternative& picked = at.alternatives[index];
  if (depth_ < common_) common_ = depth_;
  length_ = depth_;
  std::size_t skipped = skipped_begin(depth_);
  skipped_.resize(skipped);
  if (depth_ > 0) {
    const node& before = path_[depth_ - 1];
    for (std::size_t i = skipped_begin(depth_ - 1); i < before.skipped_end; ++i)
      if (!steps_.dependent(skipped_[i].what, before.chosen)) skipped_.push_back(skipped_[i]);
  }
  if (!is_least) is_least = !skip_lesser(at, picked.what, skipped);
  if (length_ == path_.size()) path_.emplace_back();
  node& n = path_[length_++];
  n.fingerprint = at.fingerprint;
  n.chosen = steps_.intern(picked.what, picked.touches);
  n.again = {picked.what, static_cast<std::uint32_t>(index),
             static_cast<std::uint32_t>(at.alternatives.size())};
  n.skipped_end = skipped_.size();
  n.least = is_least;
  ++depth_;
}

// Skips what is possible and less than what is picked, if it is not among those that have been
// skipped before: skipped_ from `first` on. Whether there is any.
bool reverse_search::skip_lesser(const point& at, const action& picked, std::size_t first) {
  bool any = false;
  for (const alternative& other : at.alternatives) {
    if (!less(other.what, picked)) continue;
    any = true;
    const step_id z = steps_.intern(other.what, other.touches);
    if (std::none_of(skipped_.begin() + static_cast<std::ptrdiff_t>(first), skipped_.end(),
                     [z](const skipped_step& s) { return s.what == z; }))
      skipped_.push_back({z, static_cast<std::uint32_t>(depth_), at.so_far->positions(other.what.who)});
  }
  return any;
}

void reverse_search::end_for_good(const trace& t) {
  if (ended_before_plan(t) && t.ended != ending::stopped && nondeterminism_.empty())
    nondeterminism_ = ended_early(t);
}

void reverse_search::end(const trace& t) {
  end_for_good(t);
  if (!nondeterminism_.empty()) return;
  const bool cut_off = ended_before_plan(t);
  ++executions_;
  for (std::size_t i = 0; i < levels_used_; ++i)
    levels_[i].shared = std::min(levels_[i].shared, common_);
  length_ = std::min(length_, depth_);
  if (learns_of_group_panic(t)) return forget_everything();
  if (cut_off) {  // by a failure that came before what was planned: it was met before
    ++redundant_;
    length_ = 0;
  } else if (t.ended != ending::abandoned) {
    // Never so, as far as the theory holds: what was skipped is woken by the end of the core.
    if (length_ > schedule_.size() && !skipped_at(schedule_.size()).empty()) ++redundant_;
    find_children(t);
  } else {
    length_ = 0;  // and nothing was learnt of it
  }
  order_known_ = false;
  exhausted_ = left_ == 0;
  if (exhausted_) levels_used_ = 0;
}

bool reverse_search::out_of_bound(const trace& t) {
  if (!most_preemptions_) return false;
  analyse(t, t.events.size());
  preemptions_.look_at(t, order_);
  const bool outside = preemptions_.least(*most_preemptions_) > *most_preemptions_;
  left_out_ = left_out_ || outside;
  return outside;
}

// The order of the first `length` events; of the shared ones it is known.
void reverse_search::analyse(const trace& t, std::size_t length) {
  order_.analyse(t, length, order_known_ ? length : std::min(length, common_));
  order_known_ = true;
}

void reverse_search::forget_everything() {
  levels_used_ = left_ = 0;
  length_ = common_ = 0;
  order_known_ = false;
  redundant_ = executions_;
  ++begun_again_;
  started_ = false;
}

bool reverse_search::learns_of_group_panic(const trace& t) {
  if (!t.group_panicked) return false;
  const std::size_t before = panicking_groups_.size();
  for (object_id o : t.group_panics()) {
    if (std::ranges::count(panicking_groups_, o) > 0) continue;
    panicking_groups_.push_back(o);
    config_.expect_group_panic(o);
  }
  return panicking_groups_.size() > before;
}

// Actors in the order of their names: before its children whoever made them, the clock last.
void reverse_search::rank(const trace& t) {
  bool known = rank_.size() >= t.actors.size();
  for (actor_id who = 0; known && who < t.actors.size(); ++who)
    known = !t.exists(who) || rank_[who] != unranked;
  if (known) return;
  rank_.resize(std::max(rank_.size(), t.actors.size()), unranked);
  names_.resize(rank_.size());
  for (actor_id who = 0; who < t.actors.size(); ++who) {
    if (!t.exists(who) || rank_[who] != unranked) continue;
    by_rank_.push_back(who);
    if (who == clock_actor)
      names_[who].assign(1, unranked);
    else
      path_of(t, who, names_[who]);
  }
  std::ranges::sort(by_rank_,
                    [&](actor_id x, actor_id y) { return names_[x] < names_[y]; });
  for (std::uint32_t i = 0; i < by_rank_.size(); ++i) rank_[by_rank_[i]] = i;
}

bool reverse_search::ranked(const point& at) const {
  const auto has = [&](actor_id who) { return who < rank_.size() && rank_[who] != unranked; };
  return std::ranges::all_of(at.alternatives, [&](const alternative& a) {
    return has(a.what.who) && (a.what.partner == no_actor || has(a.what.partner));
  });
}

bool reverse_search::less(const action& a, const action& b) const {
  if (a.who != b.who) return rank_[a.who] < rank_[b.who];
  if (a.branch != b.branch) return a.branch < b.branch;
  if (a.partner != b.partner) {
    if (a.partner == no_actor || b.partner == no_actor) return a.partner == no_actor;
    return rank_[a.partner] < rank_[b.partner];
  }
  return a.partner_branch < b.partner_branch;
}

}  // namespace heddle::explore
