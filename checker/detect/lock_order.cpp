#include "lock_order.hpp"

#include <algorithm>
#include <set>

namespace heddle::detect {

using explore::access_kind;
using explore::event;
using explore::object_id;
using explore::op_kind;
using explore::trace;

namespace {

constexpr std::uint64_t looked_at_always = 64;   // executions
constexpr std::uint64_t looked_at_later = 32;    // one in so many
constexpr std::size_t longest_cycle = 6;
constexpr std::size_t most_cycles = 4;

bool succeeded(const trace& t, const event& e) {
  if (e.access_count == 0) return false;
  switch (t.touches(e).front().kind) {
    case access_kind::lock:
    case access_kind::read_lock:
    case access_kind::write_lock: return true;
    default: return false;
  }
}

}  // namespace

void lock_order::look_at(const trace& t) {
  if (++executions_ > looked_at_always && executions_ % looked_at_later != 0) return;
  for (auto& locks : held_) locks.clear();
  if (held_.size() < t.actors.size()) held_.resize(t.actors.size());
  for (const event& e : t.events) {
    switch (e.op.kind) {
      case op_kind::lock:
      case op_kind::read_lock:
      case op_kind::write_lock: acquire(t, e, e.op.object, true); break;
      case op_kind::try_lock:
      case op_kind::try_read_lock:
      case op_kind::try_write_lock:
        if (succeeded(t, e)) acquire(t, e, e.op.object, false);
        break;
      case op_kind::unlock:
      case op_kind::read_unlock:
      case op_kind::write_unlock: release(e.what.who, e.op.object); break;
      case op_kind::cond_wait: release(e.what.who, e.op.second); break;
      default: break;
    }
  }
}

// An attempt that does not wait cannot be part of a deadlock, but what is held afterwards can.
void lock_order::acquire(const trace& t, const event& e, object_id lock, bool waits) {
  std::vector<held_lock>& mine = held_[e.what.who];
  if (waits)
    for (const held_lock& h : mine) {
      if (h.lock == lock) continue;
      const auto [at, fresh] = orders_.try_emplace({h.lock, lock});
      order& o = at->second;
      if (fresh)
        o = {explore::object_name(t, h.lock), explore::object_name(t, lock),
             explore::place_name(h.at),       explore::place_name(e.op.at),
             explore::actor_name(t, e.what.who), e.what.who, false};
      else
        o.several_actors = o.several_actors || o.actor != e.what.who;
    }
  mine.push_back({lock, e.op.at});
}

void lock_order::release(explore::actor_id who, object_id lock) {
  std::vector<held_lock>& mine = held_[who];
  const auto last = std::find_if(mine.rbegin(), mine.rend(),
                                 [&](const held_lock& h) { return h.lock == lock; });
  if (last != mine.rend()) mine.erase(std::next(last).base());
}

// A goroutine does not wait for itself.
bool lock_order::one_actor(const std::vector<key>& cycle) const {
  const explore::actor_id first = orders_.at(cycle.front()).actor;
  return std::ranges::all_of(cycle, [&](const key& k) {
    const order& o = orders_.at(k);
    return !o.several_actors && o.actor == first;
  });
}

// Depth first from the cycle's smallest lock, so that each cycle is found once. False: enough.
bool lock_order::extend(std::vector<key>& path, std::vector<std::vector<key>>& found) const {
  const object_id start = path.front().first;
  const object_id last = path.back().second;
  for (auto at = orders_.lower_bound({last, 0}); at != orders_.end() && at->first.first == last; ++at) {
    const object_id next = at->first.second;
    if (next == start) {
      path.push_back(at->first);
      if (!one_actor(path)) found.push_back(path);
      path.pop_back();
      if (found.size() >= most_cycles) return false;
    } else if (next > start && path.size() + 1 < longest_cycle &&
               std::ranges::none_of(path, [&](const key& k) { return k.first == next; })) {
      path.push_back(at->first);
      const bool more = extend(path, found);
      path.pop_back();
      if (!more) return false;
    }
  }
  return true;
}

std::vector<checker::warning> lock_order::warnings() const {
  std::vector<std::vector<key>> cycles;
  for (const auto& [edge, o] : orders_) {
    if (edge.second < edge.first) continue;
    std::vector<key> path{edge};
    if (!extend(path, cycles)) break;
  }
  std::vector<checker::warning> all;
  for (const std::vector<key>& cycle : cycles) {
    checker::warning w;
    w.kind = "lock order";
    w.message = "a cycle, which no execution deadlocked in:";
    for (const key& k : cycle) {
      const order& o = orders_.at(k);
      w.message += (w.places.empty() ? " " : "; ") + o.who + " holds " + o.first + " since " +
                   o.first_at + " and locks " + o.second + " at " + o.second_at;
      w.places.insert(w.places.end(), {o.first_at, o.second_at});
    }
    all.push_back(std::move(w));
  }
  return all;
}

}  // namespace heddle::detect
