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

namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;

void remember(std::vector<std::uint64_t>& hashes, std::uint32_t id, std::uint64_t of,
              std::uint64_t ordinal) {
  if (id < hashes.size() && hashes[id] != 0) return;
  if (id >= hashes.size()) hashes.resize(id + 1);
  std::uint64_t h = (of * golden) ^ (ordinal + golden);
  h ^= h >> 31;
  hashes[id] = h * golden | 1;
}

// Once for each name.
template <class Origin>
void remember_origin(std::vector<Origin>& origins, std::uint32_t id, const Origin& from) {
  if (id < origins.size()) return;
  origins.resize(id + 1);
  origins[id] = from;
}

}  // namespace

actor_id names::child_of(actor_id parent, std::uint32_t ordinal) {
  if (parent < children_.size() && ordinal < children_[parent].size())
    if (const actor_id known = children_[parent][ordinal]; known != 0) return known;
  const actor_id id = intern(children_, parent, ordinal, next_actor_);
  remember(actor_hash_, id, hash_of_actor(parent), ordinal);
  remember_origin(actor_origin_, id, {parent, ordinal, false, nullptr, 0});
  return id;
}

actor_id names::timer_of(object_id timer) {
  if (timer >= timers_.size()) timers_.resize(timer + 1);
  if (timers_[timer] == 0) timers_[timer] = next_actor_++;
  remember(actor_hash_, timers_[timer], hash_of_object(timer), 0);
  remember_origin(actor_origin_, timers_[timer], {timer, 0, true, nullptr, 0});
  return timers_[timer];
}

object_id names::object_of(actor_id creator, std::uint32_t ordinal) {
  if (creator < objects_.size() && ordinal < objects_[creator].size())
    if (const object_id known = objects_[creator][ordinal]; known != 0) return known;
  const object_id id = intern(objects_, creator, ordinal, next_object_);
  remember(object_hash_, id, hash_of_actor(creator), ordinal);
  remember_origin(object_origin_, id, {creator, ordinal, false, nullptr, 0});
  return id;
}

object_id names::object_at(const void* address) {
  const auto [at, fresh] = outside_.try_emplace(address, next_object_);
  // All alike: in which order they are first used may differ from one process to the next.
  if (!fresh) return at->second;
  remember(object_hash_, at->second, 0, 0);
  remember_origin(object_origin_, at->second, {0, 0, false, address, 0});
  ++next_object_;
  return at->second;
}

object_id names::object_within(actor_id creator, std::uint32_t block, std::uint64_t offset) {
  const auto [at, fresh] = within_.try_emplace({creator, block, offset}, next_object_);
  if (!fresh) return at->second;
  remember(object_hash_, at->second, hash_of_actor(creator) ^ (block + golden) * golden, offset);
  remember_origin(object_origin_, at->second, {creator, block, false, nullptr, offset + 1});
  return next_object_++;
}

}  // namespace heddle::explore
