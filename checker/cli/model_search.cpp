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

// An answer to what is explored in a process where the model does otherwise.
part_answer nondeterministic(std::string why) {
  part_answer a;
  a.what = part_answer::left::more;
  a.counted.verdict = verdict::error;
  a.counted.what = checker::kind::nondeterministic;
  a.counted.message = std::move(why);
  return a;
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
    progress.estimated(in.real());
    how.on_progress = [&progress](std::uint64_t executions, std::size_t depth) {
      progress.explored(executions, depth);
    };
    const bool probes = in.flag();
    const bool may_decline = in.flag();
    const double quantum = in.real();
    const std::string first = in.text();
    std::vector<checker::part_state> parts;
    while (!in.at_end()) parts.push_back(in.text());
    explore::byte_writer out;
    const checker::size_estimate size =
        probes ? checker::probe(run.m->body(), how, false).size : checker::size_estimate{};
    for (double number : {size.executions, size.low, size.high}) out.real(number);
    std::string departure;
    if (!first.empty()) departure = checker::departure_from(run.m->body(), how, first);
    if (!departure.empty()) {
      out.text(report::to_bytes(nondeterministic("another process went another way: " + departure)));
      return tag_answer + out.take();
    }
    progress.explored(0, 0);  // what came so far is not of the search
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
      alone_->how.max_seconds = std::max(0.001, run_.how.max_seconds - seconds());
    w = start(alone_ ? *alone_ : run_, output);
    return ticket;
  }
  ticket.allowed = run_.how.max_executions != 0 ? allowance() : 0;
  const bool in_a_hurry = run_.how.max_seconds > 0 && run_.how.max_seconds - seconds() < 1;
  ticket.probes = probed_.executions == 0 && executions() > few_executions && !in_a_hurry;
  reserved_ += ticket.allowed;
  const bool fresh = !w;
  if (fresh)
    w = std::make_unique<worker>(
        [&run = run_](const std::string& text, shared_progress& progress) {
          return explore_parts(run, text, progress);
        },
        output, std::chrono::duration<double>(run_.hang_seconds));
  w->ask(request(ticket, fresh));
  return ticket;
}

double model_search::seconds() const { return seconds_before_ + seconds_since(started_); }

std::string model_search::request(const search_ticket& ticket, bool to_new) const {
  explore::byte_writer out;
  out.number(ticket.allowed);
  out.real(run_.how.max_seconds > 0 ? std::max(0.001, run_.how.max_seconds - seconds()) : 0);
  out.real(estimate().executions);
  out.flag(ticket.probes);
  out.flag(way_ != way::kept);
  double quantum = quantum_seconds;
  // Where workers are being killed, the next one answers sooner.
  for (std::size_t i : ticket.parts)
    quantum = std::min(quantum, quantum_seconds / (1 << 3 * parts_[i].deaths));
  out.real(quantum);
  out.text(to_new ? first_ : "");
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
  if (starts_after_kill(ticket, o)) return;
  if (way_ == way::whole) return whole_ended(o);
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
  died(o);
}

// Who was killed may have been so by anybody: another explores the same. Not for ever, since it may
// be the model that kills.
bool model_search::starts_after_kill(const search_ticket& ticket, const outcome& o) {
  if (o.ended != outcome::how::signalled || o.code != SIGKILL) return false;
  const bool too_often = std::ranges::any_of(
      ticket.parts, [&](std::size_t i) { return parts_[i].deaths + 1 >= most_deaths; });
  if (too_often) return false;
  reserved_ -= ticket.allowed;
  if (way_ == way::whole && !alone_) alone_ = run_;  // what time is left is less
  put_back(ticket, true);
  return true;
}

void model_search::whole_ended(const outcome& o) {
  std::optional<answer> a = answer_of(alone_ ? *alone_ : run_, o);
  if (!a) return;
  answer_ = std::move(*a);
  if (alone_ || o.ended != outcome::how::delivered) answer_.found.seconds = seconds();
  if (alone_)
    checker::add_missing_failures(answer_.found, std::move(counted_.failures), run_.how);
  over_ = true;
}

// What it was doing is a failure of the model, and what was found before stays found.
void model_search::died(const outcome& o) {
  std::optional<answer> a = answer_of(run_, o);
  if (!a) return;
  if (a->found.verdict == verdict::error) {
    counted_.verdict = verdict::error;
    counted_.what = a->found.what;
    counted_.message = a->found.message;
  }
  if (a->found.verdict == verdict::failed) counted_.stopped_by = "failure";
  executions_ += a->found.explored;
  std::vector<checker::failure> before = std::exchange(counted_.failures, {});
  checker::add_counts(counted_, std::move(a->found));
  checker::add_missing_failures(counted_, std::move(before), run_.how);
  finish(false);
}

// False: the search is over, or begins again.
bool model_search::arrived(std::size_t index, part_answer a) {
  const bool erred = a.counted.verdict == verdict::error;
  if (erred) {
    counted_.verdict = verdict::error;
    counted_.what = a.counted.what;
    counted_.message = a.counted.message;
  }
  executions_ += a.executions;
  if (first_.empty()) first_ = std::move(a.first);
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

// What was explored was explored by a relation that does not hold.
void model_search::begin_again(std::string state) {
  counted_.redundant = executions_;
  forget_parts();
  parts_.front().state = std::move(state);
  stop_if_spent();
}

void model_search::begin_undivided() {
  alone_ = run_;
  way_ = way::whole;
  executions_ = 0;
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
  else if (how.max_seconds > 0 && seconds() >= how.max_seconds)
    counted_.stopped_by = "time";
  else
    return;
  finish(false);
}

void model_search::finish(bool exhausted) {
  counted_.seconds = seconds();
  answer_.found = counted_;
  checker::conclude(answer_.found, run_.how, exhausted);
  if (answer_.found.verdict == verdict::passed && !exhausted)
    checker::add_estimate(answer_.found, executions(), estimate());
  over_ = true;
}

std::string model_search::save() const {
  explore::byte_writer out;
  checker::result counted = counted_;
  if (counted.what == checker::kind::internal) {  // the next run may have better luck
    counted.verdict = verdict::verified;
    counted.what = checker::kind::none;
    counted.message.clear();
  }
  out.text(report::encode(counted));
  out.text(std::to_string(seconds()));
  out.number(executions_);
  out.text(first_);
  out.number(left_);
  for (const part& p : parts_)
    if (p.now != status::over) out.text(p.state);
  return out.take();
}

bool model_search::is_over(std::string_view bytes) {
  explore::byte_reader in(bytes);
  for (int i = 0; i < 2; ++i) in.text();  // the counts, and the time
  in.number();                            // executions
  in.text();                              // the first one
  return in.count() == 0;
}

void model_search::restore(std::string_view bytes) {
  explore::byte_reader in(bytes);
  counted_ = report::decode(in.text());
  counted_.stopped_by.clear();
  seconds_before_ = std::stod(in.text());
  executions_ = in.number();
  first_ = in.text();
  started_ = clock::now();
  parts_.clear();
  parts_.resize(in.count());
  for (part& p : parts_) p.state = in.text();
  left_ = parts_.size();
  if (parts_.empty() || counted_.verdict == verdict::error ||
      (!counted_.failures.empty() && !run_.how.keep_going))
    finish(parts_.empty());
  else
    stop_if_spent();
}

}  // namespace heddle::cli
