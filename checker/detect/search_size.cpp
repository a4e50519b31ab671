#include "search_size.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "dpor.hpp"
#include "executor.hpp"
#include "probe.hpp"

namespace heddle::checker {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint64_t most_probes = 100;
constexpr double most_seconds = 0.2;
constexpr double probing_share = 0.1;  // of the time that there is, for probes
constexpr std::size_t groups = 5;

// A larger number is told as this one: sums and products of a few such are numbers still.
constexpr double most = 1e300;

double number_of(double log) { return std::exp(std::min(log, std::log(most))); }

// Of exp() of the numbers.
double mean_of(const std::vector<double>& logs, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += number_of(logs[i]);
  return sum / static_cast<double>(to - from);
}

double median_of_means(const std::vector<double>& logs) {
  if (logs.size() < 2 * groups) return mean_of(logs, 0, logs.size());
  std::array<double, groups> means;
  for (std::size_t g = 0; g < groups; ++g)
    means[g] = mean_of(logs, g * logs.size() / groups, (g + 1) * logs.size() / groups);
  std::ranges::sort(means);
  return means[groups / 2];
}

size_estimate summary(const std::vector<double>& logs) {
  const auto n = static_cast<double>(logs.size());
  double mean = 0;
  double square = 0;
  for (double l : logs) mean += l / n;
  for (double l : logs) square += (l - mean) * (l - mean) / n;
  const double factor = std::max(1.1, number_of(2 * std::sqrt(square)));
  const double size = median_of_means(logs);
  const double high = size < most / factor ? size * factor : most;
  return {std::min(size, most), std::max(1.0, size / factor), high};
}

}  // namespace

namespace {

bool past_bound(const explore::trace& t) {
  return t.ended == explore::ending::cut || t.ended == explore::ending::unfair_cut;
}

// Whether dpor's first execution, in which whoever runs goes on, ends at the step bound.
bool begins_past_bound(executor& runs) {
  explore::dpor_strategy first;
  first.begin();
  return past_bound(runs.run(first));
}

}  // namespace

probing probe(const std::function<void()>& body, const options& how, bool interleavings) {
  using explore::probe_strategy;
  probe_strategy walker(
      interleavings ? probe_strategy::counting::interleavings : probe_strategy::counting::traces,
      how.seed);
  executor runs(body, how);
  std::vector<double> logs;
  probing p;
  if (!interleavings && begins_past_bound(runs)) ++p.cut;
  const double seconds =
      how.max_seconds > 0 ? std::min(most_seconds, probing_share * how.max_seconds) : most_seconds;
  const clock::time_point start = clock::now();
  clock::duration running{};
  do {
    walker.begin();
    const clock::time_point before = clock::now();
    const explore::trace& t = runs.run(walker);
    running += clock::now() - before;
    walker.end(t);
    if (past_bound(t)) ++p.cut;
    logs.push_back(walker.log_size());
  } while (logs.size() < most_probes &&
           std::chrono::duration<double>(clock::now() - start).count() < seconds);
  p.size = summary(logs);
  p.probes = logs.size();
  p.seconds_per_execution =
      std::chrono::duration<double>(running).count() / static_cast<double>(logs.size());
  return p;
}

void running_size::look(std::uint64_t executions, double progress) {
  if (progress <= 0 || executions == 0) return;
  const auto now = static_cast<double>(executions);
  total_ = low_ = high_ = std::min(std::max(now, now / progress), most);
  for (const sample& s : samples_) {
    if (2 * s.executions < now) continue;
    low_ = std::min(low_, s.total);
    high_ = std::max(high_, s.total);
  }
  low_ = std::max(low_, now);
  if (now < 1.1 * last_) return;
  last_ = now;
  samples_[next_] = {now, total_};
  next_ = (next_ + 1) % samples_.size();
}

std::string rounded(double number) {
  if (!(number < 1e18)) return "10^" + std::to_string(static_cast<int>(std::log10(number)));
  const double unit = std::pow(10, std::max(0.0, std::floor(std::log10(std::max(1.0, number))) - 1));
  const auto whole = static_cast<std::uint64_t>(std::round(number / unit) * unit);
  for (const auto& [size, name] : {std::pair{1'000'000'000'000ULL, " trillion"},
                                   {1'000'000'000ULL, " billion"}, {1'000'000ULL, " million"}}) {
    if (whole < size) continue;
    const std::uint64_t tenths = whole / (size / 10);
    std::string text = std::to_string(tenths / 10);
    if (tenths < 100 && tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text + name;
  }
  std::string text = std::to_string(whole);
  if (whole >= 10000) text.insert(text.size() - 3, ",");
  return text;
}

std::string duration_words(double seconds) {
  if (seconds < 1) return "less than a second";
  if (seconds < 120) return rounded(seconds) + " s";
  if (seconds < 120 * 60) return rounded(seconds / 60) + " min";
  if (seconds < 48 * 3600) return rounded(seconds / 3600) + " h";
  if (seconds < 730 * 86400.0) return rounded(seconds / 86400) + " days";
  return rounded(seconds / (365.25 * 86400)) + " years";
}

// Estimates that are further apart are told as a range.
constexpr double most_apart = 10;

std::string share_words(std::uint64_t executions, const size_estimate& size) {
  if (size.executions <= 0) return "";
  if (size.high > most_apart * size.low)
    return "of an estimated " + rounded(size.low) + " to " + rounded(size.high);
  const double percent = 100 * static_cast<double>(executions) / size.executions;
  const std::string share = percent < 1 ? "less than 1" : "about " + rounded(percent);
  return share + "% of an estimated " + rounded(size.executions);
}

void add_estimate(result& r, std::uint64_t executions, const size_estimate& size) {
  const std::string share = share_words(executions, size);
  if (share.empty()) return;
  r.estimate = size;
  r.message += ", " + share;
}

}  // namespace heddle::checker
