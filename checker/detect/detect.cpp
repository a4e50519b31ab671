#include "detect.hpp"

#include <algorithm>
#include <set>

#include "group_reuse.hpp"
#include "holders.hpp"
#include "race_report.hpp"
#include "words.hpp"

namespace heddle::detect {

using checker::failure;
using explore::actor_id;
using explore::actor_info;
using explore::actor_kind;
using explore::actor_status;
using explore::ending;
using explore::object_id;
using explore::operation;
using explore::trace;

namespace {

std::string goroutines(std::size_t n) {
  return std::to_string(n) + (n == 1 ? " goroutine" : " goroutines");
}

bool ended_at_rest(const trace& t) {
  return t.ended == ending::quiescent || t.ended == ending::unfair_cut;
}

// Goroutines that have an operation announced that they have not performed.
std::vector<actor_id> waiting_goroutines(const trace& t) {
  std::vector<actor_id> found;
  for (const actor_info& a : t.actors)
    if (a.id != explore::no_actor && a.kind == actor_kind::goroutine &&
        a.status == actor_status::pending && t.pending(a.id))
      found.push_back(a.id);
  return found;
}

bool takes_part(const trace& t, const explore::event& e, actor_id who) {
  return e.what.who == who || e.what.partner == who ||
         std::ranges::any_of(t.others_of(e), [&](const auto& p) { return p.who == who; });
}

// Whether `who` waits on an object that one of `alive` has been seen to use.
bool may_be_woken_by(const trace& t, actor_id who, const std::vector<actor_id>& alive) {
  const std::span<const operation> offers = waits_for(t, who);
  const auto waits_on = [&](object_id o) {
    return o != 0 &&
           std::ranges::any_of(offers, [&](const operation& op) { return op.object == o; });
  };
  return std::ranges::any_of(alive, [&](actor_id other) {
    const std::span<const operation> theirs = waits_for(t, other);
    return std::ranges::any_of(theirs, [&](const operation& op) { return waits_on(op.object); }) ||
           std::ranges::any_of(t.events, [&](const explore::event& e) {
             return waits_on(e.op.object) && takes_part(t, e, other);
           });
  });
}

// Moves those that could go on from `blocked` to the result: they wait for a periodic timer, or
// for what such a goroutine uses.
std::vector<actor_id> split_off_alive(const trace& t, const holders& held,
                                      std::vector<actor_id>& blocked) {
  std::vector<actor_id> alive;
  const auto move_if = [&](const auto& could_go_on) {
    const auto rest = std::stable_partition(blocked.begin(), blocked.end(),
                                            [&](actor_id who) { return !could_go_on(who); });
    const bool moved = rest != blocked.end();
    alive.insert(alive.end(), rest, blocked.end());
    blocked.erase(rest, blocked.end());
    return moved;
  };
  bool moved = move_if([&](actor_id who) {
    return std::ranges::any_of(waits_for(t, who),
                               [&](const operation& op) { return held.ticks(op.object); });
  });
  while (moved) {
    const std::vector<actor_id> so_far = alive;
    moved = move_if([&](actor_id who) { return may_be_woken_by(t, who, so_far); });
  }
  return alive;
}

failure from_note(const trace& t, const explore::note& n) {
  failure found;
  const char* said = "panic: ";
  found.what = checker::kind::panic;
  if (n.kind == panic_kind::assertion) {
    found.what = checker::kind::assertion;
    said = "check failed: ";
  } else if (n.kind == panic_kind::misuse) {
    found.what = checker::kind::misuse;
    said = "misuse: ";
  }
  const bool bare = n.kind == panic_kind::assertion && n.message == "check failed";
  found.message = bare ? n.message : said + n.message;
  if (n.who == explore::no_actor) return found;
  checker::goroutine_report who = describe(t, n.who, "panicked");
  who.waits_for.clear();
  who.at = explore::place_name(n.at);
  found.goroutines.push_back(std::move(who));
  return found;
}

failure blocked_for_ever(const trace& t, const holders& held,
                         const std::vector<actor_id>& blocked) {
  failure found;
  if (!t.main_returned) {
    found.what = checker::kind::deadlock;
    found.message = "all goroutines are asleep - deadlock! " + goroutines(blocked.size()) +
                    (blocked.size() == 1 ? " is blocked" : " are blocked");
  } else {
    found.what = checker::kind::leak;
    found.message = goroutines(blocked.size()) + " can never run again after main has returned";
  }
  for (actor_id who : blocked) {
    found.goroutines.push_back(describe(t, who, "blocked"));
    found.goroutines.back().held_by = held.of(who);
  }
  return found;
}

// Past the step bound a fair scheduler had as many steps again: who did nothing in them is blocked.
failure livelock(const trace& t, const holders& held) {
  failure found;
  found.what = checker::kind::livelock;
  found.message = "main has not returned after " + std::to_string(t.events.size()) +
                  " steps, the latter half of them under a fair scheduler";
  const auto fair_half = std::span(t.events).subspan(t.events.size() / 2);
  for (actor_id who : waiting_goroutines(t)) {
    const bool ran = std::ranges::any_of(
        fair_half, [&](const explore::event& e) { return takes_part(t, e, who); });
    found.goroutines.push_back(describe(t, who, ran ? "runnable" : "blocked"));
    if (!ran) found.goroutines.back().held_by = held.of(who);
  }
  return found;
}

// What went wrong beside races.
std::optional<failure> find_other(const trace& t) {
  if (!t.notes.empty()) return from_note(t, t.notes.front());
  if (const std::optional<explore::note> reuse = find_group_reuse(t)) return from_note(t, *reuse);
  if (t.ended == ending::cut && !t.main_returned) return livelock(t, holders(t));
  if (!ended_at_rest(t)) return std::nullopt;
  std::vector<actor_id> blocked = waiting_goroutines(t);
  if (blocked.empty()) return std::nullopt;
  const holders held(t);
  if (t.main_returned) split_off_alive(t, held, blocked);
  if (blocked.empty()) return std::nullopt;
  return blocked_for_ever(t, held, blocked);
}

}  // namespace

std::optional<failure> find_failure(const trace& t) {
  if (!t.races.empty()) return describe_race(t, t.races.front());
  return find_other(t);
}

std::vector<failure> find_failures(const trace& t) {
  std::vector<failure> all;
  std::set<std::string> known;  // one line may be code at several addresses
  for (const explore::race& r : t.races) {
    failure f = describe_race(t, r);
    if (known.insert(signature(f)).second) all.push_back(std::move(f));
  }
  if (std::optional<failure> other = find_other(t)) all.push_back(std::move(*other));
  return all;
}

std::vector<std::string> alive_after_main(const trace& t) {
  if (!t.main_returned || t.ended == ending::abandoned) return {};
  std::vector<actor_id> waiting = waiting_goroutines(t);
  std::vector<actor_id> alive = waiting;
  if (waiting.empty()) return {};
  if (ended_at_rest(t)) alive = split_off_alive(t, holders(t), waiting);
  std::vector<std::string> names;
  for (actor_id who : alive) names.push_back(explore::actor_name(t, who));
  return names;
}

bool any_blocked(const trace& t) { return ended_at_rest(t) && !waiting_goroutines(t).empty(); }

std::string signature(const failure& f) {
  if (f.race) {
    const auto [lower, upper] = std::minmax(f.race->first.at, f.race->second.at);
    return "race\n" + lower + "\n" + upper;
  }
  std::vector<std::string> lines;
  for (const checker::goroutine_report& g : f.goroutines)
    lines.push_back(g.name + "\n" + g.state + "\n" + g.waits_for + "\n" + g.at);
  std::ranges::sort(lines);
  std::string text(checker::to_string(f.what));
  text += "\n" + f.message;
  for (const std::string& line : lines) text += "\n" + line;
  return text;
}

}  // namespace heddle::detect
