// Reverse search: giving parts of the search away, saving and restoring them.
#include "reverse_search.hpp"

#include <algorithm>

namespace heddle::explore {

reverse_search::reverse_search(const subtree& part) {
  std::vector<step_id> renamed;
  for (std::size_t s = 0; s < part.actions.size(); ++s)
    renamed.push_back(steps_.intern(part.actions[s], part.touches[s]));
  for (object_id o : part.panicking_groups) {
    panicking_groups_.push_back(o);
    config_.expect_group_panic(o);
  }
  if (!part.begun) return;
  started_ = true;
  for (const subtree::level& l : part.levels) {
    level& into = levels_.emplace_back();
    for (step_id s : l.path) into.path.push_back(renamed[s]);
    for (const subtree::core& c : l.cores) {
      into.children.push_back({c.kept_below, static_cast<std::uint32_t>(into.kept.size()),
                               static_cast<std::uint32_t>(c.kept.size()), renamed[c.last]});
      into.kept.insert(into.kept.end(), c.kept.begin(), c.kept.end());
    }
    left_ += l.cores.size();
  }
  levels_used_ = levels_.size();
  exhausted_ = left_ == 0;
}

namespace {

subtree::core core_of(const std::vector<std::uint32_t>& kept, std::uint32_t kept_below,
                      std::uint32_t first_kept, std::uint32_t kept_count, step_id last) {
  const auto from = kept.begin() + first_kept;
  return {kept_below, std::vector<std::uint32_t>(from, from + kept_count), last};
}

}  // namespace

subtree reverse_search::part_without_levels() const {
  subtree part;
  part.begun = started_;
  part.panicking_groups = panicking_groups_;
  for (step_id s = 0; s < steps_.size(); ++s) {
    part.actions.push_back(steps_.what(s));
    part.touches.emplace_back(steps_.touches(s).begin(), steps_.touches(s).end());
  }
  return part;
}

void reverse_search::put_back() {
  length_ = common_ = 0;
  order_known_ = false;
  if (schedule_.empty()) {
    started_ = false;
    return;
  }
  if (levels_used_ == levels_.size()) levels_.emplace_back();
  level& again = levels_[levels_used_++];
  again = {schedule_, {}, {}, 0};
  again.children.push_back(
      {static_cast<std::uint32_t>(schedule_.size()) - 1, 0, 0, schedule_.back()});
  ++left_;
}

subtree reverse_search::save() const {
  subtree part = part_without_levels();
  for (std::size_t i = 0; i < levels_used_; ++i) {
    const level& l = levels_[i];
    subtree::level& saved = part.levels.emplace_back();
    saved.path = l.path;
    for (const child& c : l.children)
      saved.cores.push_back(core_of(l.kept, c.kept_below, c.first_kept, c.kept_count, c.last));
  }
  return part;
}

std::vector<subtree> reverse_search::split(std::size_t shares) {
  if (left_ < 2) return {};
  std::vector<subtree> given(std::min(shares, left_) - 1, part_without_levels());
  std::size_t dealt = 0;
  for (std::size_t i = 0; i < levels_used_; ++i) {
    level& from = levels_[i];
    for (subtree& part : given) part.levels.push_back({from.path, {}});
    std::erase_if(from.children, [&](const child& c) {
      const std::size_t to = dealt++ % (given.size() + 1);
      if (to > 0)
        given[to - 1].levels.back().cores.push_back(
            core_of(from.kept, c.kept_below, c.first_kept, c.kept_count, c.last));
      return to > 0;
    });
    for (subtree& part : given)
      if (part.levels.back().cores.empty()) part.levels.pop_back();
  }
  left_ = 0;
  for (std::size_t i = levels_used_; i-- > 0;) {
    left_ += levels_[i].children.size();
    if (levels_[i].children.empty()) leave_level(i);
  }
  return given;
}

}  // namespace heddle::explore
