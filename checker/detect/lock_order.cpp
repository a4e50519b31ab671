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
constexpr std::size_t most_orders = 16;          // of one edge

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
      case op_kind::write_lock: acquire(t, e, use::exclusive, true); break;
      case op_kind::read_lock: acquire(t, e, use::shared, true); break;
      case op_kind::try_lock:
      case op_kind::try_write_lock:
        if (succeeded(t, e)) acquire(t, e, use::exclusive, false);
        break;
      case op_kind::try_read_lock:
        if (succeeded(t, e)) acquire(t, e, use::shared, false);
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
void lock_order::acquire(const trace& t, const event& e, use how, bool waits) {
  const object_id lock = e.op.object;
  std::vector<held_lock>& mine = held_[e.what.who];
  std::map<object_id, use> held;
  if (waits)
    for (const held_lock& h : mine) {
      use& strongest = held.try_emplace(h.lock, h.how).first->second;
      strongest = std::max(strongest, h.how);
    }
  for (const held_lock& h : mine) {
    if (!waits || h.lock == lock) continue;
    std::vector<order>& known = orders_[{h.lock, lock}];
    const bool is_news = std::ranges::none_of(known, [&](const order& o) {
      return o.actor == e.what.who && o.wanted == how && o.held == held;
    });
    if (is_news && known.size() < most_orders)
      known.push_back({e.what.who, how, held, explore::object_name(t, h.lock),
                       explore::object_name(t, lock), explore::place_name(h.at),
                       explore::place_name(e.op.at), explore::actor_name(t, e.what.who)});
  }
  mine.push_back({lock, how, e.op.at});
}

void lock_order::release(explore::actor_id who, object_id lock) {
  std::vector<held_lock>& mine = held_[who];
  const auto last = std::find_if(mine.rbegin(), mine.rend(),
                                 [&](const held_lock& h) { return h.lock == lock; });
  if (last != mine.rend()) mine.erase(std::next(last).base());
}

// Whether two goroutines can have come to these points at once: a goroutine does not wait for
// itself, and a lock is not held twice unless it is read.
bool lock_order::fit(const order& a, const order& b) {
  if (a.actor == b.actor) return false;
  return std::ranges::none_of(a.held, [&](const auto& mine) {
    const auto at = b.held.find(mine.first);
    return at != b.held.end() && (mine.second == use::exclusive || at->second == use::exclusive);
  });
}

// Whether each waits for the lock that the next holds: two readers do not.
bool lock_order::hold_up(const std::vector<const edge*>& cycle,
                         const std::vector<const order*>& chosen) {
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const use held = chosen[(i + 1) % cycle.size()]->held.at(cycle[i]->first.second);
    if (chosen[i]->wanted == use::shared && held == use::shared) return false;
  }
  return true;
}

// One order for each edge of the cycle, such that all can have been come to at once.
bool lock_order::choose_orders(const std::vector<const edge*>& cycle,
                               std::vector<const order*>& chosen) {
  if (chosen.size() == cycle.size()) return hold_up(cycle, chosen);
  for (const order& o : cycle[chosen.size()]->second) {
    if (!std::ranges::all_of(chosen, [&](const order* c) { return fit(*c, o); })) continue;
    chosen.push_back(&o);
    if (choose_orders(cycle, chosen)) return true;
    chosen.pop_back();
  }
  return false;
}

// Depth first from the cycle's smallest lock, so that each cycle is found once. False: enough.
bool lock_order::extend(std::vector<const edge*>& path,
                        std::vector<std::vector<const order*>>& found) const {
  const object_id start = path.front()->first.first;
  const object_id last = path.back()->first.second;
  for (auto at = orders_.lower_bound({last, 0}); at != orders_.end() && at->first.first == last; ++at) {
    const object_id next = at->first.second;
    const bool closes = next == start;
    if (!closes && (next < start || path.size() + 1 >= longest_cycle ||
                    std::ranges::any_of(path, [&](const edge* k) { return k->first.first == next; })))
      continue;
    path.push_back(&*at);
    bool more = true;
    if (!closes) {
      more = extend(path, found);
    } else if (std::vector<const order*> chosen; choose_orders(path, chosen)) {
      found.push_back(std::move(chosen));
      more = found.size() < most_cycles;
    }
    path.pop_back();
    if (!more) return false;
  }
  return true;
}

std::vector<checker::warning> lock_order::warnings() const {
  std::vector<std::vector<const order*>> cycles;
  for (const edge& first : orders_) {
    if (first.first.second < first.first.first) continue;
    std::vector<const edge*> path{&first};
    if (!extend(path, cycles)) break;
  }
  std::vector<checker::warning> all;
  for (const std::vector<const order*>& cycle : cycles) {
    checker::warning w;
    w.kind = "lock order";
    w.message = "a cycle, which no execution deadlocked in:";
    for (const order* o : cycle) {
      w.message += (w.places.empty() ? " " : "; ") + o->who + " holds " + o->first + " since " +
                   o->first_at + " and locks " + o->second + " at " + o->second_at;
      w.places.insert(w.places.end(), {o->first_at, o->second_at});
    }
    all.push_back(std::move(w));
  }
  return all;
}

}  // namespace heddle::detect
