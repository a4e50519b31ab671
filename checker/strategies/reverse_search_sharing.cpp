// Reverse search: giving parts of the search away, saving and restoring them.
#include "reverse_search.hpp"

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

std::optional<subtree> reverse_search::split() {
  if (left_ < 2) return std::nullopt;
  level& from = levels_.front();
  const child given = from.children.front();
  from.children.erase(from.children.begin());
  --left_;
  subtree part = part_without_levels();
  subtree::level& level = part.levels.emplace_back();
  level.path = from.path;
  level.cores.push_back(
      core_of(from.kept, given.kept_below, given.first_kept, given.kept_count, given.last));
  if (from.children.empty()) leave_level(0);
  return part;
}

}  // namespace heddle::explore
