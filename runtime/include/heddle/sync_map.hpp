// sync_map: a map for use by many goroutines at once (https://pkg.go.dev/sync#Map).
//
//   heddle::sync_map<std::string, session> sessions;
//   auto [s, loaded] = sessions.load_or_store(id, session());
//   if (std::optional<session> found = sessions.load(id)) resume(*found);
//   sessions.range([&](const std::string& id, const session& s) { return show(id, s); });
//
// Each call is atomic, and in exploration mode one visible event on the map: reads are independent
// of each other, writes of nothing. Keys and values are copied out, never referred to. Hashing,
// comparing and copying them must not use Heddle.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "heddle/detail/atomic_object.hpp"

namespace heddle {

// The value that is in the map after a load_or_store, and whether it had been there before.
template <class V>
struct load_or_store_result {
  V value;
  bool loaded = false;
};

template <class K, class V, class Hash = std::hash<K>, class Equal = std::equal_to<K>>
class sync_map {
 public:
  explicit sync_map(place at = place::current()) : events_("sync_map", at) {}
  sync_map(const sync_map&) = delete;
  sync_map& operator=(const sync_map&) = delete;

  HEDDLE_UNWATCHED std::optional<V> load(const K& key, place at = place::current()) const {
    events_.read(at);
    std::lock_guard hold(guard_);
    const auto found = entries_.find(key);
    return found == entries_.end() ? std::nullopt : std::optional<V>(found->second);
  }
  void store(K key, V value, place at = place::current()) {
    swap(std::move(key), std::move(value), at);
  }
  // The value for `key`, which becomes `value` if there was none.
  HEDDLE_UNWATCHED
  load_or_store_result<V> load_or_store(K key, V value, place at = place::current()) {
    events_.update(at);
    std::lock_guard hold(guard_);
    const auto [entry, stored] = entries_.try_emplace(std::move(key), std::move(value));
    return {entry->second, !stored};
  }
  // Removes `key` and returns its value, if there was one.
  HEDDLE_UNWATCHED std::optional<V> load_and_delete(const K& key, place at = place::current()) {
    events_.update(at);
    std::lock_guard hold(guard_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::nullopt;
    std::optional<V> old(std::move(found->second));
    entries_.erase(found);
    return old;
  }
  // Removes `key`, if it is there: Go's Delete.
  void erase(const K& key, place at = place::current()) { load_and_delete(key, at); }
  // Stores and returns the value before, if there was one.
  HEDDLE_UNWATCHED std::optional<V> swap(K key, V value, place at = place::current()) {
    events_.update(at);
    std::lock_guard hold(guard_);
    const auto [entry, stored] = entries_.try_emplace(std::move(key), std::move(value));
    if (stored) return std::nullopt;
    return std::optional<V>(std::exchange(entry->second, std::move(value)));
  }
  // Stores `desired` if the value for `key` is `expected`; says whether it did.
  HEDDLE_UNWATCHED
  bool compare_and_swap(const K& key, const V& expected, V desired, place at = place::current()) {
    events_.update(at);
    std::lock_guard hold(guard_);
    const auto found = entries_.find(key);
    if (found == entries_.end() || !(found->second == expected)) return false;
    std::swap(found->second, desired);
    return true;
  }
  // Removes `key` if its value is `expected`; says whether it did.
  HEDDLE_UNWATCHED
  bool compare_and_delete(const K& key, const V& expected, place at = place::current()) {
    typename map::node_type removed;  // destroyed after the lock is released
    events_.update(at);
    std::lock_guard hold(guard_);
    const auto found = entries_.find(key);
    if (found == entries_.end() || !(found->second == expected)) return false;
    removed = entries_.extract(found);
    return true;
  }
  // Calls `visit(key, value)` for every entry, in no particular order, until it returns false. It
  // sees the map as it was at the call, and may use the map.
  template <class F>
  void range(F&& visit, place at = place::current()) const {
    for (const auto& [key, value] : snapshot(at))
      if (!visit(key, value)) return;
  }
  HEDDLE_UNWATCHED void clear(place at = place::current()) {
    map removed;
    events_.update(at);
    std::lock_guard hold(guard_);
    entries_.swap(removed);
  }

 private:
  using map = std::unordered_map<K, V, Hash, Equal>;

  HEDDLE_UNWATCHED std::vector<std::pair<K, V>> snapshot(place at) const {
    events_.read(at);
    std::lock_guard hold(guard_);
    return {entries_.begin(), entries_.end()};
  }

  map entries_;
  mutable std::mutex guard_;
  detail::atomic_object events_;
};

}  // namespace heddle
