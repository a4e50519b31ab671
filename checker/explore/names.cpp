#include "names.hpp"

namespace heddle::explore {

template <class Id>
Id names::intern(std::vector<std::vector<Id>>& table, std::uint32_t row, std::uint32_t ordinal,
                 Id& next) {
  if (row >= table.size()) table.resize(row + 1);
  std::vector<Id>& ids = table[row];
  if (ordinal >= ids.size()) ids.resize(ordinal + 1);
  if (ids[ordinal] == 0) ids[ordinal] = next++;
  return ids[ordinal];
}

actor_id names::child_of(actor_id parent, std::uint32_t ordinal) {
  return intern(children_, parent, ordinal, next_actor_);
}

actor_id names::timer_of(object_id timer) {
  if (timer >= timers_.size()) timers_.resize(timer + 1);
  if (timers_[timer] == 0) timers_[timer] = next_actor_++;
  return timers_[timer];
}

object_id names::object_of(actor_id creator, std::uint32_t ordinal) {
  return intern(objects_, creator, ordinal, next_object_);
}

object_id names::object_at(const void* address) {
  const auto [at, fresh] = outside_.try_emplace(address, next_object_);
  if (fresh) ++next_object_;
  return at->second;
}

}  // namespace heddle::explore
