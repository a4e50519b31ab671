#include "contention.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "dependence.hpp"

namespace heddle::explore {

namespace {

using kind = access_kind;
constexpr std::size_t kinds = static_cast<std::size_t>(kind::everything) + 1;
using lock_set = std::vector<object_id>;

// Who did something: nobody, one actor, or several.
struct doers {
  actor_id first = no_actor;
  bool several = false;
  void add(actor_id who) {
    if (first == no_actor) first = who;
    several = several || first != who;
  }
  bool empty() const { return first == no_actor; }
};

bool different(const doers& a, const doers& b) {
  return !a.empty() && !b.empty() && (a.several || b.several || a.first != b.first);
}

bool may_race(kind a, kind b) {
  if (a == kind::group_done || b == kind::group_done) return false;
  return dependent(access{1, a, 0}, access{1, b, 0});
}

// What one object met in the execution.
struct history {
  std::array<doers, kinds> by_kind;
  doers receivers;                // of rendezvous
  std::optional<lock_set> locks;  // held at every event so far
  std::vector<std::uint64_t> events;

  bool contended() const {
    if (locks && !locks->empty()) return false;
    const doers& senders = by_kind[static_cast<std::size_t>(kind::rendezvous)];
    if (senders.several || receivers.several) return true;
    for (std::size_t a = 0; a < kinds; ++a)
      for (std::size_t b = a; b < kinds; ++b)
        if (may_race(static_cast<kind>(a), static_cast<kind>(b)) &&
            different(by_kind[a], by_kind[b]))
          return true;
    return false;
  }
};

void hold_in_common(std::optional<lock_set>& common, const lock_set& held) {
  if (!common)
    common = held;
  else
    std::erase_if(*common, [&](object_id o) { return std::ranges::count(held, o) == 0; });
}

void follow_locks(lock_set& held, const access& a) {
  if (a.kind == kind::lock || a.kind == kind::write_lock) held.push_back(a.object);
  if (a.kind == kind::unlock || a.kind == kind::write_unlock) std::erase(held, a.object);
}

}  // namespace

std::vector<contended_object> contended_objects(const trace& t) {
  std::map<object_id, history> met;
  std::vector<lock_set> held(t.actors.size());
  for (const event& e : t.events) {
    const std::span<const access> touched = t.touches(e);
    for (std::size_t i = 0; i < touched.size(); ++i) {
      const access& a = touched[i];
      if (a.kind == kind::everything) continue;
      history& h = met[a.object];
      h.by_kind[static_cast<std::size_t>(a.kind)].add(e.what.who);
      if (a.kind == kind::rendezvous && e.what.partner != no_actor) h.receivers.add(e.what.partner);
      const auto same = [&](const access& other) { return other.object == a.object; };
      if (std::ranges::any_of(touched.first(i), same)) continue;
      hold_in_common(h.locks, held[e.what.who]);
      h.events.resize(t.actors.size());
      ++h.events[e.what.who];
    }
    for (const access& a : touched) follow_locks(held[e.what.who], a);
  }
  std::vector<contended_object> found;
  for (auto& [id, one] : met)
    if (one.contended()) found.push_back({id, std::move(one.events)});
  return found;
}

}  // namespace heddle::explore
