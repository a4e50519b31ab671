#include "words.hpp"

namespace heddle::detect {

using explore::op_kind;
using explore::operation;
using explore::trace;

namespace {

// Object names end in the place where the object was made: " (file:line)".
std::string without_place(const std::string& name) {
  const std::size_t at = name.rfind(" (");
  return at == std::string::npos ? name : name.substr(0, at);
}

bool happens_on_a_channel(op_kind kind) {
  switch (kind) {
    case op_kind::send:
    case op_kind::recv:
    case op_kind::len:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string words(const trace& t, const operation& op, bool short_names) {
  std::string text(core::describe(op.kind));
  switch (op.kind) {
    case op_kind::start:
    case op_kind::nil_channel:
    case op_kind::otherwise:
    case op_kind::choose:
    case op_kind::sleep:
    case op_kind::pause:
    case op_kind::clock_advance:
    case op_kind::clock_read:
    case op_kind::observe_all:
      return text;
    case op_kind::timer_fire:
      return text;  // said of the timer itself
    case op_kind::once_begin:
      text = "enter";
      break;
    case op_kind::once_end:
      text = "finish";
      break;
    case op_kind::group_wait:
    case op_kind::cond_wait:
      text += " for";
      break;
    case op_kind::group_add:
      text += " " + std::to_string(static_cast<std::int64_t>(op.value)) + " to";
      break;
    case op_kind::cond_woken:
      text += " by";
      break;
    case op_kind::is_closed:
      text = "look whether";
      break;
    default:
      if (happens_on_a_channel(op.kind)) text += op.kind == op_kind::len ? " of" : " on";
  }
  const std::string name = explore::object_name(t, op.object);
  text += " " + (short_names ? without_place(name) : name);
  if (op.kind == op_kind::is_closed) text += " is closed";
  return text;
}

std::string words(const trace& t, std::span<const operation> offers) {
  std::string text;
  for (const operation& op : offers) {
    // A select's case on a nil channel is never ready: only a goroutine without others waits so.
    if (op.kind == op_kind::nil_channel && offers.size() > 1) continue;
    if (!text.empty()) text += ", or ";
    text += words(t, op, false);
  }
  return text.empty() && !offers.empty() ? words(t, offers.front(), false) : text;
}

std::span<const operation> waits_for(const trace& t, explore::actor_id who) {
  if (!t.pending(who)) return {};
  return t.offers_at(who, t.actors[who].announced.size() - 1);
}

checker::goroutine_report describe(const trace& t, explore::actor_id who, std::string state) {
  const explore::actor_info& info = t.actors[who];
  checker::goroutine_report report;
  report.name = explore::actor_name(t, who);
  report.created_at = who == explore::main_actor ? "" : explore::place_name(info.created_at);
  report.state = std::move(state);
  const std::span<const operation> offers = waits_for(t, who);
  if (offers.empty()) return report;
  report.waits_for = words(t, offers);
  report.at = explore::place_name(offers.front().at);
  return report;
}

}  // namespace heddle::detect
