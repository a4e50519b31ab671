#include "race_report.hpp"

#include <algorithm>
#include <optional>

#include "source_lines.hpp"
#include "words.hpp"

namespace heddle::detect {

using checker::access_report;
using checker::failure;
using explore::actor_id;
using explore::event;
using explore::op_kind;
using explore::operation;
using explore::plain_access;
using explore::race;
using explore::trace;

namespace {

// Whether an operation of this kind can order anything.
bool synchronises(op_kind k) {
  switch (k) {
    case op_kind::otherwise:
    case op_kind::len:
    case op_kind::choose:
    case op_kind::pause:
    case op_kind::clock_read:
    case op_kind::observe_all: return false;
    default: return true;
  }
}

// What an actor did at a position, as an operation of its own.
std::optional<operation> done_at(const trace& t, actor_id who, std::uint32_t position) {
  for (const event& e : t.events) {
    operation op = e.op;
    if (e.what.who == who && e.position == position) return op;
    const bool partner = e.what.partner == who && e.partner_position == position;
    const bool other = std::ranges::any_of(t.others_of(e), [&](const explore::participant& p) {
      return p.who == who && p.position == position;
    });
    if (!partner && !other) continue;
    if (op.kind == op_kind::send) op.kind = op_kind::recv;
    if (op.kind == op_kind::cond_signal || op.kind == op_kind::cond_broadcast)
      op.kind = op_kind::cond_woken;
    if (op.kind == op_kind::timer_fire) op.kind = op_kind::sleep;
    if (partner) op.at = e.partner_at;
    return op;
  }
  return std::nullopt;
}

std::string with_place(const trace& t, const operation& op) {
  return words(t, op, true) + " at " + explore::place_name(op.at);
}

std::string synchronised_before(const trace& t, const plain_access& a) {
  for (std::uint32_t p = a.position; p-- > 0;)
    if (const auto op = done_at(t, a.who, p); op && synchronises(op->kind))
      return with_place(t, *op);
  if (a.who == explore::main_actor) return "nothing";
  return "its creation at " + explore::place_name(t.actors[a.who].created_at);
}

std::string synchronised_after(const trace& t, const plain_access& a) {
  for (std::uint32_t p = a.position; p < t.positions(a.who); ++p)
    if (const auto op = done_at(t, a.who, p); op && synchronises(op->kind))
      return with_place(t, *op);
  return "nothing";
}

access_report report(const trace& t, const plain_access& a,
                     const std::vector<const void*>& calls) {
  access_report r;
  r.who = explore::actor_name(t, a.who);
  r.what = a.is_write ? "write" : "read";
  r.at = place_of(a, calls);
  if (calls.empty()) return r;
  std::vector<const void*> all{a.code};
  all.insert(all.end(), calls.begin(), calls.end());
  r.calls = source_lines(all);
  return r;
}

checker::goroutine_report goroutine(const trace& t, const plain_access& a, const std::string& at) {
  checker::goroutine_report g;
  g.name = explore::actor_name(t, a.who);
  if (a.who != explore::main_actor) g.created_at = explore::place_name(t.actors[a.who].created_at);
  g.state = a.is_write ? "writes" : "reads";
  g.at = at;
  return g;
}

std::string name_of(const trace& t, const race& r) {
  return r.object == 0 ? "memory" : explore::object_name(t, r.object);
}

}  // namespace

std::string place_of(const plain_access& a, const std::vector<const void*>& calls) {
  if (a.at.line() != 0) return explore::place_name(a.at);
  std::vector<const void*> all{a.code};
  all.insert(all.end(), calls.begin(), calls.end());
  return source_line(all);
}

std::string words(const trace& t, const race& r, const plain_access& a) {
  std::string name = name_of(t, r);
  if (const std::size_t at = name.rfind(" ("); at != std::string::npos) name.resize(at);
  return (a.is_write ? "write " : "read ") + name;
}

failure describe_race(const trace& t, const race& r) {
  checker::race_report both;
  both.variable = name_of(t, r);
  both.first = report(t, r.first, r.first_calls);
  both.first.nearest = synchronised_after(t, r.first);
  both.second = report(t, r.second, r.second_calls);
  both.second.nearest = synchronised_before(t, r.second);
  failure found;
  found.what = checker::kind::race;
  found.message = "nothing orders the " + both.first.what + " at " + both.first.at + " and the " +
                  both.second.what + " at " + both.second.at + " of " + both.variable;
  found.goroutines = {goroutine(t, r.first, both.first.at), goroutine(t, r.second, both.second.at)};
  found.race = std::move(both);
  return found;
}

}  // namespace heddle::detect
