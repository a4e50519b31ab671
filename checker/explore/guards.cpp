#include "guards.hpp"

#include <algorithm>

#include "spinning.hpp"

namespace heddle::explore {

namespace {

// Whether an event of those that are there, and not in the past, changes the object.
bool changes(const trace& t, const happens_before& order, object_id o, clock_row past,
             function_reference<bool(std::uint32_t)> there) {
  std::uint64_t bits = o < t.initial_bits.size() ? t.initial_bits[o] : 0;
  for (std::uint32_t d : order.events_on(o)) {
    if (!there(d)) continue;
    const event& ev = t.events[d];
    const bool value = leaves_value(ev.op.kind) && ev.op.object == o;
    const bool same = value && ev.bits == bits;
    if (value) bits = ev.bits;
    if (same || only_looks(ev.op.kind) || order.in_past(d, past)) continue;
    for (const access& a : t.touches(ev))
      if (a.object == o && !only_looks(a.kind) && a.kind != access_kind::timer) return true;
  }
  return false;
}

}  // namespace

bool guard_released(const trace& t, const happens_before& order, actor_id who,
                    std::uint32_t position, function_reference<bool(std::uint32_t)> there) {
  if (t.offers_at(who, position).front().kind == op_kind::pause) return false;
  const std::span<const guard> guards = t.guards_at(who, position);
  return guards.empty() || std::ranges::any_of(guards, [&](const guard& g) {
           return changes(t, order, g.object, order.clock_at(who, g.since + 1), there);
         });
}

}  // namespace heddle::explore
