#include "model_search.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <utility>

#include "bytes.hpp"
#include "json_report.hpp"
#include "part_answer_text.hpp"

namespace heddle::cli {

namespace {

using checker::part_answer;
using checker::result;
using checker::verdict;
using clock = std::chrono::steady_clock;

constexpr double quantum_seconds = 0.5;  // how much work a killed worker loses at most
constexpr int most_deaths = 3;           // of one part's workers; then it is the model that kills
constexpr std::uint64_t few_executions = 1000;
constexpr std::size_t most_parts = 64;  // for one worker at a time

// The first byte of what a worker sends: an answer, or a sentence on what went wrong.
constexpr char tag_answer = 'p';
constexpr char tag_trouble = 'x';

double seconds_since(clock::time_point t) {
  return std::chrono::duration<double>(clock::now() - t).count();
}

// What a worker does with a request.
std::string explore_parts(const isolated_run& run, const std::string& request,
                    shared_progress& progress) {
  try {
    explore::byte_reader in(request);
    checker::options how = run.how;
    how.log = &progress;
    how.max_executions = in.number();
    how.max_seconds = in.real();
    progress.goes_on_after(in.number());
    progress.estimated(in.real());
    how.on_progress = [&progress](std::uint64_t executions, std::size_t depth) {
      progress.explored(executions, depth);
    };
    const bool probes = in.flag();
    const bool may_decline = in.flag();
    const double quantum = in.real();
    std::vector<checker::part_state> parts;
    while (!in.at_end()) parts.push_back(in.text());
    explore::byte_writer out;
    const checker::size_estimate size =
        probes ? checker::probe(run.m->body(), how, false).size : checker::size_estimate{};
    progress.explored(0, progress.depth());  // probes are not of the search
    for (double number : {size.executions, size.low, size.high}) out.real(number);
    const std::vector<part_answer> answers =
        checker::search_parts(run.m->body(), how, parts, quantum,
                              [&progress] { return progress.wanted(); }, may_decline);
    for (const part_answer& a : answers) out.text(report::to_bytes(a));
    return tag_answer + out.take();
  } catch (const std::exception& e) {
    return std::string(1, tag_trouble) + e.what();
  }
}

}  // namespace

model_search::model_search(const isolated_run& run, way how)
    : run_(run), way_(how), started_(clock::now()) {
  parts_.emplace_back();
  counted_.strategy = run.how.strategy;
  counted_.idle_time = run.how.idle_time;
  counted_.preemptions = run.how.preemptions;
}

std::uint64_t model_search::allowance() const {
  const std::uint64_t most = run_.how.max_executions;
  const std::uint64_t used = executions() + reserved_;
  if (used >= most) return 0;
  const std::uint64_t left = most - used;
  return left > few_executions ? left / 2 : left;
}

bool model_search::ready() const {
  if (over_ || (run_.how.max_executions != 0 && way_ != way::whole && allowance() == 0)) return false;
  return std::ranges::any_of(parts_, [](const part& p) { return p.now == status::ready; });
}

// A share of those that are ready; or one alone whose worker was killed, so that it is known which
// of them kills.
std::vector<std::size_t> model_search::next_parts(std::size_t workers) const {
  std::vector<std::size_t> next;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].now != status::ready) continue;
    if (parts_[i].deaths > 0) return {i};
    next.push_back(i);
  }
  next.resize(std::min((next.size() + workers - 1) / workers, most_parts));
  return next;
}

search_ticket model_search::start_next(std::unique_ptr<worker>& w, printing output,
                                       std::size_t workers) {
  search_ticket ticket;
  ticket.begun = begun_;
  ticket.parts = next_parts(workers);
  for (std::size_t i : ticket.parts) parts_[i].now = status::running;
  if (way_ == way::whole) {
    if (alone_ && run_.how.max_seconds > 0)
      alone_->how.max_seconds = std::max(0.001, run_.how.max_seconds - seconds_since(started_));
    w = start(alone_ ? *alone_ : run_, output);
    return ticket;
  }
  ticket.allowed = run_.how.max_executions != 0 ? allowance() : 0;
  ticket.probes = probed_.executions == 0 && executions() > few_executions;
  reserved_ += ticket.allowed;
  if (!w)
    w = std::make_unique<worker>(
        [&run = run_](const std::string& text, shared_progress& progress) {
          return explore_parts(run, text, progress);
        },
        output, std::chrono::duration<double>(run_.hang_seconds));
  w->ask(request(ticket));
  return ticket;
}

std::string model_search::request(const search_ticket& ticket) const {
  explore::byte_writer out;
  out.number(ticket.allowed);
  const double seconds = run_.how.max_seconds - seconds_before_ - seconds_since(started_);
  out.real(run_.how.max_seconds > 0 ? std::max(0.001, seconds) : 0);
  out.number(counted_.explored);
  out.real(estimate().executions);
  out.flag(ticket.probes);
  out.flag(way_ != way::kept);
  double quantum = quantum_seconds;
  // Where workers are being killed, the next one answers sooner.
  for (std::size_t i : ticket.parts)
    quantum = std::min(quantum, quantum_seconds / (1 << 3 * parts_[i].deaths));
  out.real(quantum);
  for (std::size_t i : ticket.parts) out.text(parts_[i].state);
  return out.take();
}

void model_search::put_back(const search_ticket& ticket, bool killed) {
  for (std::size_t i : ticket.parts) {
    if (parts_[i].now != status::running) continue;
    parts_[i].now = status::ready;
    parts_[i].deaths += killed ? 1 : 0;
  }
}

void model_search::ended(const search_ticket& ticket, const outcome& o) {
  if (over_ || ticket.begun != begun_) return;
  if (way_ == way::whole) {
    std::optional<answer> a = answer_of(alone_ ? *alone_ : run_, o);
    if (!a) return;
    answer_ = std::move(*a);
    if (alone_ || o.ended != outcome::how::delivered)
      answer_.found.seconds = seconds_since(started_);
    if (alone_)
      checker::add_missing_failures(answer_.found, std::move(counted_.failures), run_.how);
    over_ = true;
    return;
  }
  reserved_ -= ticket.allowed;
  counted_.peak_memory_mb = std::max(counted_.peak_memory_mb, o.peak_memory_mb);
  if (o.ended == outcome::how::delivered && o.text.front() == tag_answer) {
    explore::byte_reader in(std::string_view(o.text).substr(1));
    checker::size_estimate size;
    for (double* number : {&size.executions, &size.low, &size.high}) *number = in.real();
    if (ticket.probes) probed_ = size;
    for (std::size_t i = 0; !in.at_end() && i < ticket.parts.size(); ++i)
      if (!arrived(ticket.parts[i], report::part_answer_from(in.text()))) return;
    put_back(ticket, false);
    return stop_if_spent();
  }
  if (o.ended == outcome::how::delivered) {
    counted_.verdict = verdict::error;
    counted_.what = checker::kind::internal;
    counted_.message = o.text.substr(1);
    return finish(false);
  }
  if (o.ended == outcome::how::signalled && o.code == SIGKILL &&
      std::ranges::all_of(ticket.parts,
                          [&](std::size_t i) { return parts_[i].deaths + 1 < most_deaths; }))
    return put_back(ticket, true);
  std::optional<answer> a = answer_of(run_, o);
  if (!a) return;
  a->found.explored += counted_.explored;
  for (checker::failure& f : a->found.failures) f.execution += counted_.explored;
  a->found.redundant += counted_.redundant;
  a->found.seconds = seconds_before_ + seconds_since(started_);
  answer_ = std::move(*a);
  over_ = true;
}

// False: the search is over, or begins again.
bool model_search::arrived(std::size_t index, part_answer a) {
  const bool erred = a.counted.verdict == verdict::error;
  if (erred) {
    counted_.verdict = verdict::error;
    counted_.what = a.counted.what;
    counted_.message = a.counted.message;
  }
  checker::add_counts(counted_, std::move(a.counted));
  if (erred || (!counted_.failures.empty() && !run_.how.keep_going)) {
    finish(false);
    return false;
  }
  if (a.what == part_answer::left::undivided) {
    begin_undivided();
    return false;
  }
  if (a.what == part_answer::left::restart) {
    begin_again(std::move(a.state));
    return false;
  }
  part& p = parts_[index];
  p.state = std::move(a.state);
  p.deaths = 0;
  p.now = status::ready;
  for (checker::part_state& branch : a.branches) {
    parts_[new_part()].state = std::move(branch);
    ++left_;
  }
  if (a.what == part_answer::left::nothing) part_over(index);
  return !over_;
}

void model_search::part_over(std::size_t index) {
  parts_[index] = part();
  parts_[index].now = status::over;
  free_.push_back(index);
  if (--left_ == 0) finish(true);
}

// What the probes said, as far as what was explored does not contradict it.
checker::size_estimate model_search::estimate() const {
  const auto now = static_cast<double>(executions());
  if (probed_.high <= now) return {};
  checker::size_estimate size = probed_;
  size.low = std::max(size.low, now);
  if (size.executions <= now) size.executions = std::sqrt(now * size.high);
  return size;
}

// What was explored was counted by a relation that does not hold.
void model_search::begin_again(std::string state) {
  counted_.redundant += counted_.explored;
  counted_.explored = counted_.events = counted_.blocked = counted_.cut = 0;
  forget_parts();
  parts_.front().state = std::move(state);
}

void model_search::begin_undivided() {
  alone_ = run_;
  way_ = way::whole;
  forget_parts();
}

// Another search begins, of which there is one part.
void model_search::forget_parts() {
  parts_.clear();
  parts_.emplace_back();
  free_.clear();
  left_ = 1;
  reserved_ = 0;
  ++begun_;
}

std::size_t model_search::new_part() {
  if (free_.empty()) {
    parts_.emplace_back();
    return parts_.size() - 1;
  }
  const std::size_t index = free_.back();
  free_.pop_back();
  parts_[index] = part();
  return index;
}

void model_search::stop_if_spent() {
  const checker::options& how = run_.how;
  if (how.max_executions != 0 && executions() >= how.max_executions)
    counted_.stopped_by = "executions";
  else if (how.max_seconds > 0 && seconds_before_ + seconds_since(started_) >= how.max_seconds)
    counted_.stopped_by = "time";
  else
    return;
  finish(false);
}

void model_search::finish(bool exhausted) {
  counted_.seconds = seconds_before_ + seconds_since(started_);
  answer_.found = counted_;
  checker::conclude(answer_.found, run_.how, exhausted);
  if (answer_.found.verdict == verdict::passed && !exhausted)
    checker::add_estimate(answer_.found, executions(), estimate());
  over_ = true;
}

std::string model_search::save() const {
  explore::byte_writer out;
  out.text(report::encode(counted_));
  out.text(std::to_string(seconds_before_ + seconds_since(started_)));
  out.number(left_);
  for (const part& p : parts_)
    if (p.now != status::over) out.text(p.state);
  return out.take();
}

void model_search::restore(std::string_view bytes) {
  explore::byte_reader in(bytes);
  counted_ = report::decode(in.text());
  counted_.stopped_by.clear();
  seconds_before_ = std::stod(in.text());
  started_ = clock::now();
  parts_.clear();
  parts_.resize(in.count());
  for (part& p : parts_) p.state = in.text();
  left_ = parts_.size();
  if (parts_.empty() || (!counted_.failures.empty() && !run_.how.keep_going))
    finish(parts_.empty());
}

}  // namespace heddle::cli
