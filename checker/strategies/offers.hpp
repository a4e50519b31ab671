// What an actor's announcement allows it to do, the same wherever that is asked.
#pragma once

#include <cstdint>
#include <span>

#include "action.hpp"

namespace heddle::explore {

// Whether nothing is to be picked: no case, no partner, no waiter, no value.
inline bool is_single(std::span<const operation> offers) {
  if (offers.size() != 1) return false;
  switch (offers.front().kind) {
    case op_kind::send:
    case op_kind::recv:
    case op_kind::choose:
    case op_kind::cond_signal:
      return false;
    default:
      return true;
  }
}

// Sets what `a` does, and the operation that it does, to each thing that a.offers allow `who`:
// one(a) for what it does alone, pairs(a, kind) for what meets another actor's operation of that
// kind. Until one of them returns true.
template <class Placed, class One, class Pairs>
bool each_offered(Placed a, actor_id who, One one, Pairs pairs) {
  for (const operation& op : a.offers) {
    a.what = {who, op.branch, no_actor, 0};
    a.op = &op;
    switch (op.kind) {
      case op_kind::start:
      case op_kind::nil_channel:
      case op_kind::cond_woken:
      case op_kind::sleep:
        break;
      case op_kind::choose:
        for (std::uint64_t i = 0; i < op.value; ++i) {
          a.what.branch = static_cast<std::int32_t>(i);
          if (one(a)) return true;
        }
        break;
      case op_kind::send:
        if ((op.value == 0 && pairs(a, op_kind::recv)) || one(a)) return true;
        break;
      case op_kind::cond_signal:
        if (pairs(a, op_kind::cond_woken) || one(a)) return true;
        break;
      default:
        if (one(a)) return true;
    }
  }
  return false;
}

}  // namespace heddle::explore
