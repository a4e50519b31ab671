#include "group_reuse.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "happens_before.hpp"

namespace heddle::detect {

namespace {

using namespace explore;

struct reuse {
  std::uint32_t add;                    // finds the counter at zero
  std::vector<std::uint32_t> emptying;  // the dones that had brought it there, in any order
};

// Adds that find a counter at zero that earlier events brought there.
std::vector<reuse> adds_from_zero(const trace& t) {
  struct group {
    std::int64_t count = 0;
    std::vector<std::uint32_t> dones;  // since it was zero
  };
  std::map<object_id, group> groups;
  std::vector<reuse> found;
  for (std::uint32_t e = 0; e < t.events.size(); ++e) {
    const event& ev = t.events[e];
    if (ev.op.kind != op_kind::group_add) continue;
    group& g = groups[ev.op.object];
    const auto delta = static_cast<std::int64_t>(ev.op.value);
    if (!core::group_may_add(g.count, delta)) continue;
    if (g.count == 0 && delta > 0) {
      if (!g.dones.empty()) found.push_back({e, std::move(g.dones)});
      g.dones.clear();
    }
    g.count += delta;
    if (delta < 0) g.dones.push_back(e);
  }
  return found;
}

// Whether `who` waits for the group at `position`, may have begun before it was emptied, and need
// not have returned when it is added to.
bool may_be_waiting(const trace& t, const happens_before& order, const reuse& r, actor_id who,
                    std::uint32_t position) {
  const std::span<const operation> offers = t.offers_at(who, position);
  if (offers.empty() || offers.front().kind != op_kind::group_wait ||
      offers.front().object != t.events[r.add].op.object)
    return false;
  const clock_row began = order.clock_at(who, position);
  const auto is_past = [&](std::uint32_t done) { return order.in_past(done, began); };
  if (std::ranges::all_of(r.emptying, is_past) || order.in_past(r.add, began)) return false;
  const std::uint32_t returned = order.event_at(who, position);
  return returned == happens_before::none || returned > r.add;
}

}  // namespace

std::optional<note> find_group_reuse(const trace& t) {
  if (!t.group_added) return std::nullopt;
  const std::vector<reuse> candidates = adds_from_zero(t);
  if (candidates.empty()) return std::nullopt;
  happens_before order;
  order.analyse(t, t.events.size());
  for (const reuse& r : candidates)
    for (const actor_info& a : t.actors) {
      if (a.id == no_actor || a.kind != actor_kind::goroutine) continue;
      for (std::uint32_t p = 0; p < a.announced.size(); ++p)
        if (may_be_waiting(t, order, r, a.id, p))
          return note{panic_kind::misuse,
                      false,
                      "wait_group is reused before a previous wait has returned",
                      t.events[r.add].op.at,
                      t.events[r.add].what.who,
                      r.add + 1};
    }
  return std::nullopt;
}

}  // namespace heddle::detect
