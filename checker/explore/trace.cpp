#include "trace.hpp"

#include <algorithm>
#include <cstdlib>

namespace heddle::explore {

std::vector<object_id> trace::group_panics() const {
  std::vector<object_id> groups;
  for (const access& a : accesses)
    if (a.kind == access_kind::group_panic && !std::ranges::count(groups, a.object))
      groups.push_back(a.object);
  return groups;
}

void trace::clear() {
  events.clear();
  accesses.clear();
  others.clear();
  offers.clear();
  guards.clear();
  for (actor_info& a : actors) {
    a.id = no_actor;
    a.waiting = false;
    a.announced.clear();
  }
  for (object_info& o : objects) o.id = 0;
  notes.clear();
  races.clear();
  ended = ending::quiescent;
  main_returned = group_added = group_panicked = false;
  weak_order = nullptr;
  fingerprint = 0;
  departure.clear();
}

void trace::cut(std::size_t length) {
  const event& next = events[length];
  const std::uint32_t offers_kept = next.offers_before;
  for (actor_info& a : actors) {
    if (a.id == no_actor) continue;
    while (!a.announced.empty() && a.announced.back().first_offer >= offers_kept)
      a.announced.pop_back();
    if (a.born > length) a.id = no_actor;
    if (a.id == no_actor) a.waiting = false;
  }
  // What was performed since and announced before waits again.
  const auto undo = [this](actor_id who, std::uint32_t position) {
    actor_info& a = actors[who];
    if (a.id == no_actor || position >= a.announced.size()) return;
    a.waiting = true;
    a.status = actor_status::pending;
  };
  for (std::size_t e = length; e < events.size(); ++e) {
    const event& ev = events[e];
    undo(ev.what.who, ev.position);
    if (ev.what.partner != no_actor) undo(ev.what.partner, ev.partner_position);
    for (const participant& p : others_of(ev)) undo(p.who, p.position);
  }
  accesses.resize(next.first_access);
  others.resize(next.first_other);
  offers.resize(offers_kept);
  fingerprint = next.how.fingerprint;
  events.resize(length);
  races.clear();
  weak_order = nullptr;
  ended = ending::quiescent;
  main_returned = actors[main_actor].status == actor_status::finished;
}

std::string went_another_way(std::size_t step, const operation& instead) {
  return "under the same decisions the model went another way at step " + std::to_string(step + 1) +
         ", where it can " + std::string(core::describe(instead.kind)) + " at " +
         place_name(instead.at);
}

std::string ended_early(const trace& t) {
  const operation* last = t.events.empty() ? nullptr : &t.events.back().op;
  for (const actor_info& a : t.actors)
    if (last == nullptr && !a.announced.empty()) last = &t.offers[a.announced.back().first_offer];
  return "under the same decisions the model ended after " + std::to_string(t.events.size()) +
         " steps, where it went on before" +
         (last == nullptr
              ? std::string()
              : "; the last that it came to is to " + std::string(core::describe(last->kind)) +
                    " at " + place_name(last->at));
}

namespace {

std::string path_of(const trace& t, actor_id who) {
  const actor_info& a = t.actors[who];
  if (who == main_actor || a.parent == no_actor || a.parent >= t.actors.size()) return "main";
  return path_of(t, a.parent) + "." + std::to_string(a.ordinal);
}

}  // namespace

std::string actor_name(const trace& t, actor_id who) {
  if (who == clock_actor) return "the clock";
  if (who >= t.actors.size() || t.actors[who].id != who) return "?";
  const actor_info& a = t.actors[who];
  if (a.kind == actor_kind::timer) return "timer " + path_of(t, who);
  if (a.name.empty()) return path_of(t, who);
  const auto namesakes = std::ranges::count_if(t.actors, [&](const actor_info& other) {
    return other.id != no_actor && other.name == a.name;
  });
  return namesakes > 1 ? a.name + " (" + path_of(t, who) + ")" : a.name;
}

std::string object_name(const trace& t, object_id o) {
  if (o == 0) return "nil";
  if (o >= t.objects.size() || t.objects[o].id != o) return "an object made outside of the model";
  const object_info& info = t.objects[o];
  const auto ordinal = 1 + std::ranges::count_if(t.objects, [&](const object_info& other) {
                         return other.id != 0 && other.creator == info.creator &&
                                other.what == info.what && other.ordinal < info.ordinal;
                       });
  std::string name(info.what);
  name += " " + std::to_string(ordinal);
  if (info.creator != no_actor) name += " of " + actor_name(t, info.creator);
  return name + " (" + place_name(info.created_at) + ")";
}

std::string place_name(const place& at) {
  const std::string_view file = at.file_name();
  if (file.empty() || at.line() == 0) return "?";
  if (file.front() == code_place_mark && line_of_code != nullptr)
    return line_of_code(reinterpret_cast<const void*>(std::strtoull(&file[1], nullptr, 16)));
  std::string_view shown = file;
  const std::size_t slash = file.rfind('/');
  if (slash != std::string_view::npos) {
    const std::size_t before = file.rfind('/', slash - 1);
    shown = file.substr(before == std::string_view::npos ? slash + 1 : before + 1);
  }
  return std::string(shown) + ":" + std::to_string(at.line());
}

}  // namespace heddle::explore
