#include "spinning.hpp"

#include <algorithm>

namespace heddle::explore {

void object_versions::reset() { std::ranges::fill(versions_, 0); }

void object_versions::changed(object_id o) {
  if (o >= versions_.size()) versions_.resize(o + 1);
  ++versions_[o];
}

void spin_window::reset() {
  window_.clear();
  guard_.clear();
  changed_something_ = after_yield_ = guarded_ = false;
}

void spin_window::performed(const operation& op, bool changes, const object_versions& versions) {
  guarded_ = false;
  changed_something_ = changed_something_ || changes;
  window_.push_back({op.object, op.kind, op.at.line(), versions.of(op.object)});
}

bool spin_window::yielded() {
  const bool idle = after_yield_;
  after_yield_ = true;
  return !idle;
}

void spin_window::announced(std::span<const operation> offers) {
  guarded_ = false;
  if (!after_yield_ || offers.empty()) return;
  after_yield_ = false;
  const operation& next = offers.front();
  const bool again = std::ranges::any_of(window_, [&](const seen& s) {
    return s.kind == next.kind && s.object == next.object && s.line == next.at.line();
  });
  guarded_ = (again && !changed_something_) || next.kind == op_kind::pause;
  if (guarded_) guard_ = window_;
  window_.clear();
  changed_something_ = false;
}

bool spin_window::held_back(const object_versions& versions) const {
  return guarded_ && std::ranges::all_of(guard_, [&](const seen& s) {
           return versions.of(s.object) == s.version;
         });
}

void spin_window::guards(std::vector<object_id>& out) const {
  if (!guarded_) return;
  for (const seen& s : guard_)
    if (s.object != 0 && !std::ranges::count(out, s.object)) out.push_back(s.object);
}

}  // namespace heddle::explore
