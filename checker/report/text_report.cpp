#include "text_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "memory_watch.hpp"

namespace heddle::report {

using checker::failure;
using checker::goroutine_report;
using checker::kind;
using checker::result;
using checker::verdict;

namespace {

std::string painted(const std::string& text, const char* colour, const text_style& style) {
  return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : text;
}

constexpr const char* red = "1;31";
constexpr const char* green = "32";
constexpr const char* yellow = "33";
constexpr const char* bold = "1";

// A model's own text on one line, and no longer than a line should be.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

std::string count(std::uint64_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string cost(const result& r) {
  const bool traces = r.strategy == "dpor" && r.complete && r.redundant == 0;
  const std::string_view unit = traces && !r.distinct ? "trace" : "execution";
  std::string text = count(r.explored, unit);
  if (r.distinct) text += ", " + count(*r.distinct, "distinct trace");
  text += fmt::format(", {:.2f} s", r.seconds);
  if (!r.chosen_by.empty()) text += ", " + r.chosen_by + ": " + r.strategy;
  if (r.verdict == verdict::verified) text += r.idle_time ? ", time idle" : ", time free";
  return text;
}

std::string goroutine_text(const goroutine_report& g, const text_style& style) {
  std::string text = "  " + painted(g.name, bold, style) + ", " + g.state;
  if (!g.created_at.empty()) text += ", created at " + g.created_at;
  text += "\n";
  if (g.waits_for.starts_with("wait "))
    text += "    waits " + g.waits_for.substr(5) + "\n";
  else if (!g.waits_for.empty())
    text += "    waits to " + g.waits_for + "\n";
  if (!g.at.empty()) text += "    at " + g.at + "\n";
  if (!g.held_by.empty()) text += "    held by " + g.held_by + "\n";
  return text;
}

// What each side of a race did to synchronise, beside the calls that led to it.
std::string race_text(const checker::race_report& r) {
  const auto calls = [](const checker::access_report& a) {
    std::string text = a.calls.empty() ? "" : "  " + a.who + " came to its " + a.what + " by\n";
    for (const std::string& call : a.calls) text += "    " + one_line(call) + "\n";
    return text;
  };
  return calls(r.first) + calls(r.second) +
         fmt::format("  what is missing: the next synchronisation of {} after its {} is\n    {}\n"
                     "  and the last of {} before its {} is\n    {}\n",
                     r.first.who, r.first.what, r.first.nearest, r.second.who, r.second.what,
                     r.second.nearest);
}

}  // namespace

std::string verdict_words(const result& r) {
  std::string words(to_string(r.verdict));
  if (only_estimated(r)) return r.message;
  if (r.verdict == verdict::passed) return words + " (" + r.message + ")";
  if (r.what != kind::none) words += ": " + std::string(to_string(r.what));
  return words;
}

std::string verdict_table(std::span<const model_report> models, const text_style& style) {
  std::size_t name_width = 0;
  for (const model_report& m : models) name_width = std::max(name_width, m.name.size());
  std::string text;
  std::size_t as_expected = 0;
  std::size_t estimated = 0;
  bool any_verified = false;
  bool any_goes_on = false;  // of those verified
  for (const model_report& m : models) {
    as_expected += m.as_expected ? 1 : 0;
    const bool verified = m.found.verdict == verdict::verified;
    any_verified = any_verified || verified;
    any_goes_on = any_goes_on || (verified && !m.found.alive.empty());
    if (only_estimated(m.found)) {
      ++estimated;
      text += fmt::format("     {:<{}}  {}\n", m.name, name_width, verdict_words(m.found));
      continue;
    }
    const std::string mark = m.as_expected ? painted("ok  ", green, style)
                             : m.found.verdict == verdict::passed && m.expected == "verified"
                                 ? painted("cut ", yellow, style)
                                 : painted("FAIL", red, style);
    std::string words = verdict_words(m.found);
    if (m.found.verdict != verdict::verified && m.found.verdict != verdict::passed)
      words += m.as_expected ? ", as expected" : "";
    if (!m.as_expected) words += "; expected " + m.expected;
    if (!m.remark.empty()) words += "; " + m.remark;
    if (m.found.verdict == verdict::error) words += " - " + one_line(m.found.message);
    text += fmt::format("{} {:<{}}  {}  [{}]\n", mark, m.name, name_width, words, cost(m.found));
    if (!m.found.alive.empty())
      text += fmt::format("     {:<{}}  could go on after main: {}\n", "", name_width,
                          fmt::join(m.found.alive, ", "));
    for (const checker::warning& w : m.found.warnings)
      text += fmt::format("     {:<{}}  {}: {}: {}\n", "", name_width,
                          painted("warning", yellow, style), w.kind, one_line(w.message));
  }
  if (estimated > 0) text += fmt::format("{} not explored\n", count(estimated, "model"));
  if (const std::size_t explored = models.size() - estimated; explored > 0 || estimated == 0)
    text += fmt::format("{}: {} as expected, {} not\n", count(explored, "model"), as_expected,
                        explored - as_expected);
  if (any_verified)
    text += fmt::format(
        "verified means: every trace of that model was explored, for the data that it uses{}{}\n",
        any_goes_on ? "; where goroutines could go on after main, every trace in which a ticker "
                      "fires at most twice more than main waits for"
                    : "",
        explore::watched_memory.linked ? "" : "; data races were looked for in heddle::var alone");
  return text;
}

std::string failure_text(const std::string& model, const failure& f,
                         const std::vector<std::string>& commands, const text_style& style) {
  std::string text = model + ": failed: ";
  const std::string kind_word(to_string(f.what));
  if (!f.message.starts_with(kind_word + ": ")) text += kind_word + ": ";  // not twice
  text = painted(text + one_line(f.message), red, style);
  if (f.times > 1) text += fmt::format(" (met {} times)", f.times);
  text += "\n\n";
  std::vector<std::string> involved;
  for (const goroutine_report& g : f.goroutines) {
    text += goroutine_text(g, style);
    involved.push_back(g.name);
  }
  if (f.race) text += race_text(*f.race);
  if (!f.goroutines.empty()) text += "\n";
  text += story_table(f.story, involved, style);
  if (!commands.empty()) text += "\n  reproduce with:\n";
  for (const std::string& command : commands) text += "    " + command + "\n";
  return text + "\n";
}

}  // namespace heddle::report
