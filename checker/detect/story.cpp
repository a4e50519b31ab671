// The story of an execution: one line per event, with panics and failed checks where they came.
#include <algorithm>

#include "detect.hpp"
#include "race_report.hpp"
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

constexpr std::size_t races_told = 8;

struct told_access {
  const explore::race* of;
  const explore::plain_access* what;
};

// The accesses of the first races, each once, in the order in which they were made.
std::vector<told_access> racing_accesses(const trace& t) {
  std::vector<told_access> all;
  const auto same = [](const told_access& a, const told_access& b) {
    return a.of->object == b.of->object && a.what->who == b.what->who &&
           a.what->position == b.what->position && a.what->is_write == b.what->is_write &&
           a.what->at.line() == b.what->at.line() && a.what->code == b.what->code;
  };
  for (const explore::race& r : std::span(t.races).first(std::min(races_told, t.races.size())))
    for (const explore::plain_access* a : {&r.first, &r.second})
      if (const told_access one{&r, a};
          std::ranges::none_of(all, [&](const told_access& b) { return same(one, b); }))
        all.push_back(one);
  std::ranges::stable_sort(all, {}, [](const told_access& a) { return a.what->after_event; });
  return all;
}

}  // namespace

std::vector<story_line> story(const trace& t) {
  std::vector<story_line> lines;
  lines.reserve(t.events.size() + t.notes.size());
  const std::vector<told_access> racing = racing_accesses(t);
  std::size_t accesses_told = 0;
  std::size_t told = 0;
  const auto tell_accesses = [&](std::size_t events) {
    for (; accesses_told < racing.size() && racing[accesses_told].what->after_event <= events;
         ++accesses_told) {
      const auto& [of, a] = racing[accesses_told];
      const auto& calls = a == &of->first ? of->first_calls : of->second_calls;
      lines.push_back({explore::actor_name(t, a->who), words(t, *of, *a), "", place_of(*a, calls)});
    }
  };
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
    tell_accesses(i);
    tell_notes(i);
    lines.push_back(line_of(t, t.events[i]));
  }
  tell_accesses(t.events.size());
  tell_notes(t.events.size());
  return lines;
}

}  // namespace heddle::detect
