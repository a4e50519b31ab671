#include "spinning.hpp"

#include <algorithm>

namespace heddle::explore {

namespace {

constexpr std::uint32_t most_in_a_row = 1000;

}  // namespace

void object_versions::reset() { std::ranges::fill(versions_, 0); }

void object_versions::changed(object_id o) {
  if (o >= versions_.size()) versions_.resize(o + 1);
  ++versions_[o];
}

void spin_window::reset() {
  window_.clear();
  guard_.clear();
  in_a_row_ = 0;
  changed_something_ = after_yield_ = guarded_ = false;
}

void spin_window::performed(const operation& op, std::span<const operation> offers,
                            call_path path, std::uint32_t position, bool changes,
                            const object_versions& versions) {
  guarded_ = false;
  changed_something_ = changed_something_ || changes;
  const auto look_at = [&](const operation& seen) {
    const object_id o = seen.kind == op_kind::clock_read ? clock_object : seen.object;
    window_.push_back({o, seen.kind, versions.of(o), position, path});
  };
  look_at(op);
  if (offers.size() > 1) std::ranges::for_each(offers, look_at);
}

bool spin_window::yielded() {
  after_yield_ = true;
  return ++in_a_row_ < most_in_a_row;
}

void spin_window::announced(std::span<const operation> offers, call_path path) {
  guarded_ = false;
  in_a_row_ = 0;
  if (!after_yield_ || offers.empty()) return;
  after_yield_ = false;
  const bool again = std::ranges::any_of(offers, [&](const operation& next) {
    return std::ranges::any_of(window_, [&](const seen& s) {
      return s.kind == next.kind && s.path == path &&
             (s.object == next.object || next.kind == op_kind::clock_read);
    });
  });
  const bool pauses = offers.front().kind == op_kind::pause;
  guarded_ = pauses || (again && !changed_something_);
  guard_.clear();
  if (guarded_ && !pauses) guard_ = window_;
  window_.clear();
  changed_something_ = false;
}

bool spin_window::held_back(const object_versions& versions) const {
  return guarded_ && std::ranges::all_of(guard_, [&](const seen& s) {
           return versions.of(s.object) == s.version;
         });
}

void spin_window::guards(std::vector<guard>& out) const {
  if (!guarded_) return;
  for (const seen& s : guard_)
    if (s.object != 0 && std::ranges::count(out, s.object, &guard::object) == 0)
      out.push_back({s.object, s.position});
  if (out.empty()) out.push_back({});  // it waits for nothing that has a name, so nothing frees it
}

}  // namespace heddle::explore
