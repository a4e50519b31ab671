#include "json_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace heddle::report {

using checker::failure;
using checker::goroutine_report;
using checker::kind;
using checker::result;
using checker::story_line;
using checker::verdict;
using nlohmann::ordered_json;

namespace {

constexpr int schema_version = 1;

constexpr std::array verdicts{verdict::verified, verdict::passed, verdict::failed, verdict::error};
constexpr std::array kinds{kind::none,  kind::deadlock,         kind::leak,     kind::race,
                           kind::panic, kind::assertion,        kind::livelock, kind::misuse,
                           kind::crash, kind::nondeterministic, kind::internal};

// What is empty in C++ is null in JSON.
ordered_json or_null(std::string_view text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

ordered_json kind_json(kind k) { return k == kind::none ? ordered_json() : to_string(k); }

ordered_json or_null(const std::optional<std::uint64_t>& n) {
  return n ? ordered_json(*n) : ordered_json();
}

// Not known, or to a tenth: the process is measured in pages.
ordered_json peak_memory_json(double mb) {
  return mb > 0 ? ordered_json(std::round(mb * 10) / 10) : ordered_json();
}

std::string text(const ordered_json& j, const char* key) {
  const auto at = j.find(key);
  return at == j.end() || at->is_null() ? std::string() : at->get<std::string>();
}

std::uint64_t number(const ordered_json& j, const char* key) {
  return j.at(key).get<std::uint64_t>();
}

std::optional<std::uint64_t> optional_number(const ordered_json& j, const char* key) {
  if (j.at(key).is_null()) return std::nullopt;
  return number(j, key);
}

template <class E, std::size_t N>
E named(const std::array<E, N>& values, std::string_view name, E otherwise) {
  const auto at = std::ranges::find_if(values, [&](E e) { return to_string(e) == name; });
  return at == values.end() ? otherwise : *at;
}

ordered_json story_json(const std::vector<story_line>& story) {
  ordered_json lines = ordered_json::array();
  for (const story_line& l : story)
    lines.push_back(
        {{"who", l.who}, {"what", l.what}, {"partner", or_null(l.partner)}, {"at", or_null(l.at)}});
  return lines;
}

std::vector<story_line> story_of(const ordered_json& j) {
  std::vector<story_line> story;
  for (const ordered_json& l : j)
    story.push_back({text(l, "who"), text(l, "what"), text(l, "partner"), text(l, "at")});
  return story;
}

ordered_json access_json(const checker::access_report& a) {
  return {{"goroutine", a.who}, {"what", a.what},   {"at", or_null(a.at)},
          {"calls", a.calls},   {"nearest", a.nearest}};
}

checker::access_report access_of(const ordered_json& j) {
  return {text(j, "goroutine"), text(j, "what"), text(j, "at"),
          j.at("calls").get<std::vector<std::string>>(), text(j, "nearest")};
}

ordered_json race_json(const std::optional<checker::race_report>& r) {
  if (!r) return {};
  return {{"variable", r->variable},
          {"first", access_json(r->first)},
          {"second", access_json(r->second)}};
}

ordered_json failure_json(const failure& f) {
  ordered_json goroutines = ordered_json::array();
  for (const goroutine_report& g : f.goroutines)
    goroutines.push_back({{"name", g.name},
                          {"created_at", or_null(g.created_at)},
                          {"state", g.state},
                          {"waits_for", or_null(g.waits_for)},
                          {"at", or_null(g.at)},
                          {"held_by", or_null(g.held_by)}});
  return {{"kind", kind_json(f.what)},
          {"message", f.message},
          {"schedule", or_null(f.schedule)},
          {"strategy", or_null(f.strategy)},
          {"seed", or_null(f.seed)},
          {"execution", f.execution},
          {"times", f.times},
          {"goroutines", std::move(goroutines)},
          {"race", race_json(f.race)},
          {"story", story_json(f.story)}};
}

failure failure_of(const ordered_json& j) {
  failure f;
  f.what = named(kinds, text(j, "kind"), kind::none);
  f.message = text(j, "message");
  f.schedule = text(j, "schedule");
  f.strategy = text(j, "strategy");
  f.seed = optional_number(j, "seed");
  f.execution = number(j, "execution");
  f.times = number(j, "times");
  for (const ordered_json& g : j.at("goroutines"))
    f.goroutines.push_back({text(g, "name"), text(g, "created_at"), text(g, "state"),
                            text(g, "waits_for"), text(g, "at"), text(g, "held_by")});
  if (const ordered_json& r = j.at("race"); !r.is_null())
    f.race = {text(r, "variable"), access_of(r.at("first")), access_of(r.at("second"))};
  f.story = story_of(j.at("story"));
  return f;
}

ordered_json warnings_json(const std::vector<checker::warning>& warnings) {
  ordered_json all = ordered_json::array();
  for (const checker::warning& w : warnings)
    all.push_back({{"kind", w.kind}, {"message", w.message}, {"places", w.places}});
  return all;
}

std::vector<checker::warning> warnings_of(const ordered_json& j) {
  std::vector<checker::warning> all;
  for (const ordered_json& w : j)
    all.push_back({text(w, "kind"), text(w, "message"),
                   w.at("places").get<std::vector<std::string>>()});
  return all;
}

void add_result(ordered_json& j, const result& r) {
  j["verdict"] = to_string(r.verdict);
  j["kind"] = kind_json(r.what);
  j["complete"] = r.complete;
  j["stopped_by"] = or_null(r.stopped_by);
  j["strategy"] = r.strategy;
  j["chosen_by"] = or_null(r.chosen_by);
  j["seed"] = or_null(r.seed);
  j["preemptions"] = r.preemptions ? ordered_json(*r.preemptions) : ordered_json();
  j["explored"] = r.explored;
  j["blocked"] = r.blocked;
  j["redundant"] = r.redundant;
  j["distinct"] = or_null(r.distinct);
  j["estimate"] = ordered_json();
  if (r.estimate)
    j["estimate"] = {{"executions", r.estimate->executions},
                     {"low", r.estimate->low},
                     {"high", r.estimate->high}};
  j["seconds"] = r.seconds;
  j["left_out"] = r.left_out;
  j["cut"] = r.cut;
  j["events"] = r.events;
  j["longest"] = r.longest;
  j["peak_memory_mb"] = peak_memory_json(r.peak_memory_mb);
  j["time"] = r.idle_time ? "idle" : "free";
  j["message"] = or_null(r.message);
  j["alive"] = r.alive;
  j["warnings"] = warnings_json(r.warnings);
  j["failure"] = r.failures.empty() ? ordered_json() : failure_json(r.failures.front());
  if (r.failures.size() > 1) {  // with --keep-going
    ordered_json all = ordered_json::array();
    for (const failure& f : r.failures) all.push_back(failure_json(f));
    j["failures"] = std::move(all);
  }
}

// A model's messages are any bytes; what is not UTF-8 is replaced.
std::string printed(const ordered_json& j, int indent) {
  return j.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string to_json(std::span<const model_report> models, int exit_status) {
  ordered_json list = ordered_json::array();
  for (const model_report& m : models) {
    ordered_json j;
    j["name"] = m.name;
    j["expected"] = m.expected;
    j["as_expected"] = m.as_expected;
    add_result(j, m.found);
    list.push_back(std::move(j));
  }
  ordered_json document;
  document["schema_version"] = schema_version;
  document["exit_status"] = exit_status;
  document["models"] = std::move(list);
  return printed(document, 2) + "\n";
}

std::string encode(const result& r) {
  ordered_json j;
  add_result(j, r);
  if (!r.story.empty()) j["story"] = story_json(r.story);
  return printed(j, -1);
}

result decode(std::string_view encoded) {
  const ordered_json j = ordered_json::parse(encoded);
  result r;
  r.verdict = named(verdicts, text(j, "verdict"), verdict::error);
  r.what = named(kinds, text(j, "kind"), kind::none);
  r.complete = j.at("complete").get<bool>();
  r.stopped_by = text(j, "stopped_by");
  r.strategy = text(j, "strategy");
  r.chosen_by = text(j, "chosen_by");
  r.seed = optional_number(j, "seed");
  if (const auto most = optional_number(j, "preemptions"))
    r.preemptions = static_cast<unsigned>(*most);
  r.explored = number(j, "explored");
  r.blocked = number(j, "blocked");
  r.redundant = number(j, "redundant");
  r.distinct = optional_number(j, "distinct");
  if (const ordered_json& e = j.at("estimate"); !e.is_null())
    r.estimate = {e.at("executions").get<double>(), e.at("low").get<double>(),
                  e.at("high").get<double>()};
  r.seconds = j.at("seconds").get<double>();
  r.left_out = j.at("left_out").get<bool>();
  r.cut = number(j, "cut");
  r.events = number(j, "events");
  r.longest = number(j, "longest");
  if (const ordered_json& mb = j.at("peak_memory_mb"); !mb.is_null()) r.peak_memory_mb = mb;
  r.idle_time = text(j, "time") == "idle";
  r.message = text(j, "message");
  r.alive = j.at("alive").get<std::vector<std::string>>();
  r.warnings = warnings_of(j.at("warnings"));
  if (const auto all = j.find("failures"); all != j.end())
    for (const ordered_json& f : *all) r.failures.push_back(failure_of(f));
  else if (!j.at("failure").is_null())
    r.failures.push_back(failure_of(j.at("failure")));
  if (const auto told = j.find("story"); told != j.end()) r.story = story_of(*told);
  return r;
}

std::string failure_schedule(std::string_view document, std::string_view model) {
  try {
    const ordered_json j = ordered_json::parse(document);
    for (const ordered_json& m : j.at("models")) {
      if (text(m, "name") != model) continue;
      const auto f = m.find("failure");
      if (f == m.end() || f->is_null() || text(*f, "schedule").empty())
        throw bad_report("no failure of " + std::string(model) + " in it has a schedule");
      return text(*f, "schedule");
    }
  } catch (const ordered_json::exception&) {
    throw bad_report("it is not a report that `heddle check --json` wrote");
  }
  throw bad_report("it says nothing of " + std::string(model));
}

}  // namespace heddle::report
