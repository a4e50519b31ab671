#include "naive.hpp"

namespace heddle::explore {

std::string describe_departure(const point& at) {
  return went_another_way(at.step, *at.alternatives.front().op);
}

std::size_t naive_strategy::pick(const point& at) {
  if (depth_ < path_.size() && (path_[depth_].fingerprint != at.fingerprint ||
                                path_[depth_].alternatives != at.alternatives.size())) {
    nondeterminism_ = describe_departure(at);
    return abandon;
  }
  if (depth_ == path_.size()) path_.push_back({0, at.alternatives.size(), at.fingerprint});
  return path_[depth_++].picked;
}

double naive_strategy::progress() const {
  if (exhausted_) return 1;
  double done = 0;
  double share = 1;  // of the tree, what is below the node
  for (const branching& b : path_) {
    share /= static_cast<double>(b.alternatives);
    done += share * static_cast<double>(b.picked);
  }
  return done;
}

void naive_strategy::end(const trace& t) {
  if (depth_ < path_.size() && nondeterminism_.empty()) nondeterminism_ = ended_early(t);
  depth_ = 0;
  while (!path_.empty() && ++path_.back().picked == path_.back().alternatives) path_.pop_back();
  exhausted_ = path_.empty() && nondeterminism_.empty();
  if (!nondeterminism_.empty()) path_.clear();
}

}  // namespace heddle::explore
