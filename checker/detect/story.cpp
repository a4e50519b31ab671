// The story of an execution: one line per event, with panics and failed checks where they came.
#include "detect.hpp"
#include "words.hpp"

namespace heddle::detect {

using checker::story_line;
using explore::op_kind;
using explore::trace;

namespace {

// What an event did, beyond the operation's own words.
std::string result(const explore::event& e) {
  switch (e.op.kind) {
    case op_kind::choose:
      return std::string(" ")
          .append(std::to_string(e.what.branch))
          .append(" of ")
          .append(std::to_string(e.op.value));
    case op_kind::atomic_load:
    case op_kind::atomic_store:
    case op_kind::atomic_update:
    case op_kind::atomic_compare: {
      const auto bits = static_cast<std::int64_t>(e.bits);
      // Larger ones are pointers or hashes: not the same from run to run, and nothing to read.
      if (bits < -1'000'000 || bits > 1'000'000) return "";
      return std::string(": ").append(std::to_string(bits));
    }
    default:
      return "";
  }
}

story_line line_of(const trace& t, const explore::event& e) {
  story_line line;
  line.who = explore::actor_name(t, e.what.who);
  line.what = words(t, e.op, true) + result(e);
  if (e.what.partner != explore::no_actor) line.partner = explore::actor_name(t, e.what.partner);
  for (const explore::participant& p : t.others_of(e)) {
    if (!line.partner.empty()) line.partner += ", ";
    line.partner += explore::actor_name(t, p.who);
  }
  const bool of_the_clock = t.actors[e.what.who].kind != explore::actor_kind::goroutine;
  if (!of_the_clock) line.at = explore::place_name(e.op.at);
  return line;
}

}  // namespace

std::vector<story_line> story(const trace& t) {
  std::vector<story_line> lines;
  lines.reserve(t.events.size() + t.notes.size());
  std::size_t told = 0;
  const auto tell_notes = [&](std::size_t events) {
    for (; told < t.notes.size() && t.notes[told].after_event <= events; ++told) {
      const explore::note& n = t.notes[told];
      const bool repeats =
          told > 0 && t.notes[told - 1].message == n.message && t.notes[told - 1].who == n.who;
      if (repeats) continue;  // a failed check that then left its goroutine
      lines.push_back(
          {explore::actor_name(t, n.who), "panic: " + n.message, "", explore::place_name(n.at)});
    }
  };
  for (std::size_t i = 0; i < t.events.size(); ++i) {
    tell_notes(i);
    lines.push_back(line_of(t, t.events[i]));
  }
  tell_notes(t.events.size());
  return lines;
}

}  // namespace heddle::detect
