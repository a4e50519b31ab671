#include "part_search.hpp"

#include <algorithm>
#include <utility>

#include "detect.hpp"
#include "factory.hpp"

namespace heddle::checker {

void add_warnings(result& total, std::vector<warning>&& more) {
  for (warning& w : more)
    if (std::ranges::none_of(total.warnings,
                             [&](const warning& known) { return known.message == w.message; }))
      total.warnings.push_back(std::move(w));
}

void add_counts(result& total, result&& more) {
  for (failure& f : more.failures) {
    f.execution += total.explored;
    const std::string signature = detect::signature(f);
    const auto known = std::ranges::find_if(
        total.failures, [&](const failure& k) { return detect::signature(k) == signature; });
    if (known == total.failures.end()) {
      total.failures.push_back(std::move(f));
      continue;
    }
    const std::uint64_t times = known->times + f.times;
    if (f.story.size() < known->story.size()) *known = std::move(f);
    known->times = times;
  }
  total.explored += more.explored;
  total.blocked += more.blocked;
  total.redundant += more.redundant;
  total.cut += more.cut;
  total.left_out = total.left_out || more.left_out;
  total.events += more.events;
  total.longest = std::max(total.longest, more.longest);
  if (total.alive.empty()) total.alive = std::move(more.alive);
  add_warnings(total, std::move(more.warnings));
}

namespace {

// ", at most 2 preemptions each", where that was asked for.
std::string preemption_words(const options& how) {
  if (!how.preemptions) return "";
  return ", at most " + std::to_string(*how.preemptions) +
         (*how.preemptions == 1 ? " preemption each" : " preemptions each");
}

}  // namespace

void conclude(result& r, const options& how, bool exhausted) {
  if (r.verdict == verdict::error) return;
  const bool sampled = explore::is_sampling(how.strategy);
  // What hangs on the value that a racing read saw was followed one way only.
  const bool racy =
      std::ranges::any_of(r.failures, [](const failure& f) { return f.what == kind::race; });
  r.complete = exhausted && r.cut == 0 && !r.left_out && !racy;
  if (!r.failures.empty()) {
    r.verdict = verdict::failed;
    r.what = r.failures.front().what;
    r.message = r.failures.front().message;
    if (!how.keep_going) r.stopped_by = "failure";
    return;
  }
  if (r.complete) return;
  r.verdict = verdict::passed;
  std::string why;
  if (sampled && r.stopped_by != "time") {
    r.stopped_by = "sampling";
    why = "sampling is never complete";
  } else if (r.stopped_by == "executions") {
    why = "the bound on executions was reached";
  } else if (r.stopped_by == "time") {
    why = "the time was up";
  } else if (r.cut == 0) {
    r.stopped_by = "preemptions";
  } else {
    r.stopped_by = "steps";
    why = std::to_string(r.cut) + " of them longer than " + std::to_string(how.max_steps) + " steps";
  }
  r.message = "bounded: " + std::to_string(r.explored) +
              (r.explored == 1 ? " execution" : " executions") + preemption_words(how) +
              (why.empty() ? "" : ", ") + why;
}

void add_missing_failures(result& total, std::vector<failure>&& known, const options& how) {
  const std::size_t found = total.failures.size();
  for (failure& k : known) {
    const std::string signature = detect::signature(k);
    if (std::ranges::none_of(total.failures, [&](const failure& f) {
          return detect::signature(f) == signature;
        }))
      total.failures.push_back(std::move(k));
  }
  if (total.failures.size() > found) conclude(total, how, false);
}

}  // namespace heddle::checker
