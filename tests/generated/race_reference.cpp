#include "race_reference.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace heddle::generated {

using explore::access_kind;
using explore::actor_id;
using explore::event;
using explore::op_kind;
using explore::trace;

namespace {

access_kind kind_of(const trace& t, const event& e) {
  return e.access_count == 0 ? access_kind::everything : t.touches(e).front().kind;
}

bool is(const std::vector<access_kind>& kinds, access_kind k) {
  return std::ranges::count(kinds, k) > 0;
}

// One participant of an event: what an actor did at a position.
struct part {
  actor_id who;
  std::uint32_t position;
  std::size_t of;  // the event
};

// Nodes are parts of events. An event of several goroutines orders them only as the model says.
class graph {
 public:
  explicit graph(const trace& t) : t_(t) {
    for (std::size_t e = 0; e < t.events.size(); ++e) {
      const event& ev = t.events[e];
      parts_.push_back({ev.what.who, ev.position, e});
      if (ev.what.partner != explore::no_actor)
        parts_.push_back({ev.what.partner, ev.partner_position, e});
      for (const explore::participant& p : t.others_of(ev))
        parts_.push_back({p.who, p.position, e});
    }
    edges_.assign(parts_.size(), std::vector<bool>(parts_.size()));
    for (std::size_t a = 0; a < parts_.size(); ++a)
      for (std::size_t b = 0; b < parts_.size(); ++b)
        edges_[a][b] = direct(parts_[a], parts_[b]);
    for (std::size_t k = 0; k < parts_.size(); ++k)
      for (std::size_t a = 0; a < parts_.size(); ++a)
        if (edges_[a][k])
          for (std::size_t b = 0; b < parts_.size(); ++b)
            if (edges_[k][b]) edges_[a][b] = true;
  }

  // What `a` did happens before what `b` does at a position with so many events before it.
  bool ordered(const logged_access& a, const logged_access& b) const {
    if (a.who == b.who) return true;
    if (reaches_start(a, b.who)) return true;
    for (std::size_t from = 0; from < parts_.size(); ++from) {
      if (parts_[from].who != a.who || parts_[from].position < a.position) continue;
      for (std::size_t to = 0; to < parts_.size(); ++to) {
        if (!edges_[from][to]) continue;
        if (parts_[to].who == b.who && parts_[to].position < b.position) return true;
        if (creates(parts_[to], b.who)) return true;
      }
      if (creates(parts_[from], b.who)) return true;
    }
    // By way of a child of a's, created after the access in the same stretch.
    for (const explore::actor_info& child : t_.actors) {
      if (child.id == explore::no_actor || child.parent != a.who || child.id == b.who) continue;
      if (!after(a, child)) continue;
      logged_access from = a;
      from.who = child.id;
      from.position = from.children = 0;
      if (ordered(from, b)) return true;
    }
    return false;
  }

 private:
  static bool after(const logged_access& a, const explore::actor_info& child) {
    return child.parent_position > a.position ||
           (child.parent_position == a.position && child.ordinal > a.children);
  }
  // The access comes before the creation of `who`, or of one whose descendant it is.
  bool reaches_start(const logged_access& a, actor_id who) const {
    const explore::actor_info& info = t_.actors[who];
    if (info.parent == explore::no_actor) return false;
    if (info.parent == a.who) return after(a, info);
    return reaches_start(a, info.parent);
  }
  // The event at `p` comes before the creation of `who`.
  bool creates(const part& p, actor_id who) const {
    const explore::actor_info& info = t_.actors[who];
    if (info.parent == explore::no_actor) return false;
    if (info.parent == p.who) return info.parent_position > p.position;
    return creates(p, info.parent);
  }

  bool direct(const part& a, const part& b) const {
    if (a.who == b.who) return a.position < b.position;
    if (creates(a, b.who)) return true;
    if (a.of == b.of) return together(a, b);
    return a.of < b.of && a.who == t_.events[a.of].what.who &&
           b.who == t_.events[b.of].what.who && synchronised(a.of, b.of);
  }

  // Two sides of one event: a rendezvous orders both, a wake-up the woken.
  bool together(const part& a, const part&) const {
    const event& e = t_.events[a.of];
    switch (e.op.kind) {
      case op_kind::send: return true;
      case op_kind::cond_signal:
      case op_kind::cond_broadcast:
      case op_kind::timer_fire: return a.who == e.what.who;
      default: return false;
    }
  }

  std::size_t number_of(std::size_t e, access_kind k) const {
    std::size_t n = 0;
    for (std::size_t i = 0; i < e; ++i)
      for (const explore::access& x : t_.touches(t_.events[i]))
        if (x.kind == k && x.object == channel_of(e, k)) ++n;
    return n;
  }
  explore::object_id channel_of(std::size_t e, access_kind k) const {
    for (const explore::access& x : t_.touches(t_.events[e]))
      if (x.kind == k) return x.object;
    return 0;
  }

  bool buffered(std::size_t a, std::size_t b) const {
    const auto sends = channel_of(a, access_kind::send);
    if (sends != 0 && sends == channel_of(b, access_kind::receive))
      return number_of(a, access_kind::send) == number_of(b, access_kind::receive);
    const auto receives = channel_of(a, access_kind::receive);
    if (receives == 0 || receives != channel_of(b, access_kind::send)) return false;
    const std::size_t capacity =
        t_.events[a].op.kind == op_kind::recv ? t_.events[a].op.value : 1;
    return number_of(a, access_kind::receive) + capacity == number_of(b, access_kind::send);
  }

  // The last write to an atomic before an event.
  bool observed(std::size_t a, std::size_t b) const {
    for (std::size_t e = b; e-- > 0;) {
      if (t_.events[e].op.object != t_.events[b].op.object) continue;
      if (kind_of(t_, t_.events[e]) == access_kind::write) return e == a;
    }
    return false;
  }

  bool synchronised(std::size_t a, std::size_t b) const {
    if (buffered(a, b)) return true;
    const event& x = t_.events[a];
    const event& y = t_.events[b];
    const access_kind k = kind_of(t_, x);
    const access_kind l = kind_of(t_, y);
    if (x.op.kind == op_kind::cond_wait)
      return x.op.second == y.op.object && l == access_kind::lock;
    if (x.op.object != y.op.object) return false;
    if (x.op.kind == op_kind::timer_arm) {
      if (y.op.kind != op_kind::timer_fire) return false;
      for (std::size_t e = a + 1; e < b; ++e)
        if (t_.events[e].op.kind == op_kind::timer_arm && t_.events[e].op.object == x.op.object)
          return false;
      return true;
    }
    switch (k) {
      case access_kind::unlock: return l == access_kind::lock;
      case access_kind::write_unlock:
        return is({access_kind::read_lock, access_kind::write_lock}, l);
      case access_kind::read_unlock:
      case access_kind::read_unlock_foreign: return l == access_kind::write_lock;
      case access_kind::group_done: return l == access_kind::group_wait;
      case access_kind::close: return l == access_kind::receive_closed;
      case access_kind::poll_open:
        return x.op.extra != 0 && y.op.kind == op_kind::try_close && l == access_kind::close;
      case access_kind::exclusive: return x.op.kind == op_kind::once_end && l == access_kind::passed;
      case access_kind::write:
        return y.op.kind != op_kind::atomic_store && is({access_kind::read, access_kind::write}, l) &&
               observed(a, b);
      default: return false;
    }
  }

  const trace& t_;
  std::vector<part> parts_;
  std::vector<std::vector<bool>> edges_;
};

}  // namespace

logged_access access_by(actor_id who, const explore::moment& now) {
  logged_access a;
  a.who = who;
  for (std::size_t i = 0; i < now.events; ++i) {
    const event& e = now.of.events[i];
    a.position += e.what.who == who || e.what.partner == who ||
                  std::ranges::any_of(now.of.others_of(e), [&](const explore::participant& p) {
                    return p.who == who;
                  });
  }
  for (const actor_id child : now.created) a.children += now.of.actors[child].parent == who;
  return a;
}

std::set<place_pair> reference_races(const trace& t, const std::vector<logged_access>& accesses) {
  const graph g(t);
  std::set<place_pair> found;
  for (std::size_t j = 0; j < accesses.size(); ++j)
    for (std::size_t i = 0; i < j; ++i) {
      const logged_access& a = accesses[i];
      const logged_access& b = accesses[j];
      if (a.variable != b.variable || !(a.is_write || b.is_write) || a.who == b.who) continue;
      if (!g.ordered(a, b)) found.insert(std::minmax(a.place, b.place));
    }
  return found;
}

}  // namespace heddle::generated
