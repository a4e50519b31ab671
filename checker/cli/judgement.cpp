#include "judgement.hpp"

#include <algorithm>

#include "exit_status.hpp"
#include "factory.hpp"
#include "model_selection.hpp"

namespace heddle::cli {

using checker::result;
using checker::verdict;
using report::model_report;

namespace {

// A search that set out to be exhaustive and was cut.
bool cut_short(const result& r) {
  return r.verdict == verdict::passed && !explore::is_sampling(r.strategy);
}

bool matches(expected declared, const result& r, bool allow_incomplete) {
  switch (r.verdict) {
    case verdict::verified:
      return declared == expected::verified || declared == expected::passed;
    case verdict::passed:
      // A sample contradicts nothing; a cut search leaves open what it was to show.
      return declared == expected::passed ||
             (declared == expected::verified && (!cut_short(r) || allow_incomplete));
    case verdict::failed:
      return std::ranges::all_of(r.failures, [&](const checker::failure& f) {
        return to_string(f.what) == to_string(declared);
      });
    case verdict::error:
      return false;
  }
  return false;
}

// The count that the model declares holds for dpor under the model's own meaning of time.
std::string count_remark(const model& m, const result& r) {
  const unsigned long count = m.options().count;
  const bool idle = m.options().time == "idle";
  if (count == 0 || !r.complete || r.strategy != "dpor" || r.idle_time != idle) return "";
  if (r.explored == count) return "";
  return "expected " + std::to_string(count) + " traces, not " + std::to_string(r.explored);
}

}  // namespace

model_report judge(const model& m, result found, const command_line& line) {
  model_report report;
  report.name = m.name();
  report.expected = to_string(m.found());
  report.remark = count_remark(m, found);
  report.as_expected = !report::only_estimated(found) &&
                       matches(m.found(), found, line.allow_incomplete) && report.remark.empty();
  report.found = std::move(found);
  return report;
}

int exit_status_of(std::span<const model_report> models) {
  int status = exit_status::as_expected;
  for (const model_report& m : models) {
    if (m.as_expected || report::only_estimated(m.found)) continue;
    if (m.found.what == checker::kind::internal) return internal_error;
    const bool only_cut = m.expected == "verified" && cut_short(m.found) && m.remark.empty();
    if (!only_cut)
      status = failure_found;
    else if (status == exit_status::as_expected)
      status = incomplete;
  }
  return status;
}

}  // namespace heddle::cli
