#include "holders.hpp"

#include <algorithm>

#include "words.hpp"

namespace heddle::detect {

using explore::actor_id;
using explore::op_kind;
using explore::operation;
using explore::trace;

holders::holders(const trace& t) : trace_(t) {
  for (const explore::event& e : t.events) {
    model_.meet(e.op);
    model_.apply(e.what, e.op, e.bits);
  }
}

bool holders::ticks(explore::object_id channel) const {
  return std::ranges::any_of(model_.timers(), [&](const explore::timer_entry& timer) {
    return timer.armed && timer.period > 0 && timer.channel == channel && channel != 0;
  });
}

std::string holders::name(actor_id who, actor_id waiting) const {
  if (who == waiting) return "itself";
  const std::string known = explore::actor_name(trace_, who);
  const bool ended = trace_.actors[who].status != explore::actor_status::pending;
  return ended ? known + ", which has ended" : known;
}

std::string holders::of(const operation& op, actor_id waiting) const {
  const explore::object_state& s = model_.state(op.object);
  switch (op.kind) {
    case op_kind::group_wait:
      return "a counter of " + std::to_string(s.count);
    case op_kind::lock:
    case op_kind::read_lock:
    case op_kind::write_arrive:
    case op_kind::once_begin:
      return s.holder == explore::no_actor ? "" : name(s.holder, waiting);
    case op_kind::write_lock:
      break;  // it waits for the readers to leave
    default:
      return "";
  }
  std::string readers;
  for (actor_id reader : s.inside) {
    if (!readers.empty()) readers += " and ";
    readers += name(reader, waiting);
  }
  return readers;
}

std::string holders::of(actor_id waiting) const {
  const std::span<const operation> offers = waits_for(trace_, waiting);
  return offers.size() == 1 ? of(offers.front(), waiting) : "";
}

}  // namespace heddle::detect
