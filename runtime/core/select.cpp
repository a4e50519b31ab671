// select, after Go's runtime/select.go: poll the cases in random order, else wait on all of them.
//
// Go locks all channels at once. Here one is locked at a time, and the select's own word says
// whether it can be had (select_word.hpp):
//
// 1. While it is busy, joining the queues, nobody can claim it. A partner that could not have it
//    marks it as passed and waits in its turn.
// 2. Only a select that was not passed becomes open; a passed one looks at every case again, and
//    finds the partner's waiter. So of two that meet at least one finds the other.
// 3. Only an open select is claimed, and only the one who claims it readies it. It parks then, and
//    leaves the other queues when it is back.
//
// In exploration mode every case is announced, and the one that was picked runs alone through the
// same code: a picked case completes, or its partner completes it at once.
#include <algorithm>
#include <bit>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "channel.hpp"
#include "heddle/select.hpp"
#include "own_order.hpp"
#include "scheduling.hpp"

namespace heddle::detail {

using core::op_kind;

namespace {

constexpr int none_ready = -1;
constexpr std::size_t few_cases = 4;  // no allocation for these
constexpr std::size_t usual_cases = 8;
constexpr std::size_t most_polled_at_once = 64;

core::operation announced(const select_case& one, int branch, place at) {
  if (one.c != nullptr)
    return describe(*one.c, one.is_send ? op_kind::send : op_kind::recv, at, branch);
  core::operation nil;
  nil.kind = op_kind::nil_channel;
  nil.branch = branch;
  nil.at = at;
  return nil;
}

// Tries a case with its channel locked. True: it ran, and the lock was released. False: it would
// have blocked, and the lock is still held.
bool ran(select_case& one, const select_wait* own, place at) {
  channel::attempt outcome{};
  if (one.is_send) {
    outcome = one.c->send_locked(one.value, own);
    if (outcome == channel::attempt::closed)
      throw panic(panic_kind::panic, "send on closed channel", at);
  } else {
    outcome = one.c->recv_locked(one.value, own);
    one.received = outcome == channel::attempt::done;
  }
  return outcome != channel::attempt::would_block;
}

bool ran_alone(select_case& one, place at) {
  one.c->lock().lock();
  if (ran(one, nullptr, at)) return true;
  one.c->lock().unlock();
  return false;
}

// The position of the n-th bit that is set, counted from 0.
int nth_set(std::uint64_t bits, int n) noexcept {
  while (n-- > 0) bits &= bits - 1;
  return std::countr_zero(bits);
}

// Bit i is set where case i looks ready. At most 64 cases.
std::uint64_t candidates_of(std::span<const select_case> cases) noexcept {
  std::uint64_t candidates = 0;
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (!not_ready(cases[i])) candidates |= std::uint64_t{1} << i;
  return candidates;
}

// Runs a case that is ready, each with the same chance, or none. At most 64 cases.
int poll(std::span<select_case> cases, place at) {
  std::uint64_t candidates = candidates_of(cases);
  while (candidates != 0) {
    const int many = std::popcount(candidates);
    const int picked = nth_set(candidates, many == 1 ? 0 : performance::random_below(many));
    if (ran_alone(cases[static_cast<std::size_t>(picked)], at)) return picked;
    candidates &= ~(std::uint64_t{1} << picked);  // another goroutine was faster
  }
  return none_ready;
}

// One of the cases that look ready, each with the same chance, or none_ready. Each block of 64
// takes the place of what was drawn before as often as its share of the candidates so far says.
int draw(std::span<const select_case> cases) {
  int drawn = none_ready;
  int so_far = 0;
  for (std::size_t first = 0; first < cases.size(); first += most_polled_at_once) {
    const std::size_t size = std::min(most_polled_at_once, cases.size() - first);
    const std::uint64_t candidates = candidates_of(cases.subspan(first, size));
    if (candidates == 0) continue;
    const int many = std::popcount(candidates);
    so_far += many;
    const int n = performance::random_below(so_far);
    if (n < many) drawn = static_cast<int>(first) + nth_set(candidates, n);
  }
  return drawn;
}

// As poll(), for any number of cases.
int poll_all(std::span<select_case> cases, place at) {
  if (cases.size() <= most_polled_at_once) return poll(cases, at);
  const int drawn = draw(cases);
  if (drawn == none_ready) return none_ready;
  for (std::size_t i = 0; i < cases.size(); ++i) {  // the others if somebody was faster
    const std::size_t next = (static_cast<std::size_t>(drawn) + i) % cases.size();
    if ((i == 0 || !not_ready(cases[next])) && ran_alone(cases[next], at))
      return static_cast<int>(next);
  }
  return none_ready;
}

wait_queue& queue_of(const select_case& one) {
  return one.is_send ? one.c->senders() : one.c->receivers();
}

// One select that waits.
class waiting_select {
 public:
  waiting_select(std::span<select_case> cases, std::span<waiter> waiters, place at)
      : cases_(cases), waiters_(waiters), at_(at) {}

  int run() {
    state_.word.begin();
    state_.leaving.lock();
    int ran = join_queues();
    while (ran == none_ready && !state_.word.try_open()) ran = look_again();
    if (ran != none_ready) {
      leave_queues(ran);
      return ran;
    }
    wait();
    ran = state_.word.winner();
    if (ran < 0) return 0;  // torn down
    leave_queues(ran);
    return finish(static_cast<std::size_t>(ran));
  }

 private:
  // Runs the first case that has become ready, or stands in every queue.
  int join_queues() {
    core::goroutine* self = core::self_holding(state_.leaving);
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      select_case& one = cases_[i];
      if (one.c == nullptr) continue;
      waiter& mine = waiters_[i];
      mine.g = self;
      mine.value = one.value;
      mine.index = static_cast<int>(i);
      mine.choice = &state_;
      release_order(&mine);
      if (first_ == nullptr) first_ = &one;
      one.c->lock().lock();
      if (runs(i)) return static_cast<int>(i);
      queue_of(one).push(mine);
      one.c->lock().unlock();
    }
    return none_ready;
  }

  bool runs(std::size_t i) {
    try {
      return ran(cases_[i], &state_, at_);
    } catch (...) {  // a send on a closed channel
      leave_queues(none_ready);
      throw;
    }
  }

  int look_again() {
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (cases_[i].c == nullptr) continue;
      cases_[i].c->lock().lock();
      if (runs(i)) return static_cast<int>(i);
      cases_[i].c->lock().unlock();
    }
    return none_ready;
  }

  void wait() {
    const bool never = first_ == nullptr;  // no case can ever run
    const op_kind kind = never             ? op_kind::nil_channel
                         : first_->is_send ? op_kind::send
                                           : op_kind::recv;
    if (!exploring) [[likely]] {
      do performance::suspend(&state_.leaving, kind, never ? nullptr : first_->c, at_);
      while (never);
      return;
    }
    core::engine& e = core::current_engine();
    core::operation why = announced(never ? cases_[0] : *first_, 0, at_);
    do e.park(why);
    while (state_.word.winner() < 0 && !e.current()->unwinding);
  }

  // The winner's waiter was taken out by who claimed it; it was never queued if the case ran here.
  void leave_queues(int winner) {
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (cases_[i].c == nullptr || waiters_[i].g == nullptr) continue;
      if (static_cast<int>(i) == winner && state_.word.winner() >= 0) continue;
      const std::lock_guard hold(cases_[i].c->lock());
      queue_of(cases_[i]).remove(waiters_[i]);
    }
  }

  int finish(std::size_t won) {
    if constexpr (core::order_is_told) cases_[won].c->acquire_outcome(waiters_[won]);
    const bool ok = waiters_[won].ok;
    if (cases_[won].is_send && !ok) throw panic(panic_kind::panic, "send on closed channel", at_);
    cases_[won].received = !cases_[won].is_send && ok;
    return static_cast<int>(won);
  }

  const std::span<select_case> cases_;
  const std::span<waiter> waiters_;
  const place at_;
  const select_case* first_ = nullptr;  // the first case that can ever run
  select_wait state_;
};

int wait_for_any(std::span<select_case> cases, place at) {
  if (cases.size() <= few_cases) {
    waiter waiters[few_cases];
    return waiting_select(cases, std::span(waiters, cases.size()), at).run();
  }
  if (cases.size() <= usual_cases) {
    waiter waiters[usual_cases];
    return waiting_select(cases, std::span(waiters, cases.size()), at).run();
  }
  std::vector<waiter> waiters(cases.size());
  return waiting_select(cases, waiters, at).run();
}

// Announces the cases; returns the one picked, or -1 for otherwise. False: torn down.
bool explore_pick(std::span<select_case> cases, bool has_otherwise, place at, int& branch) {
  std::vector<core::operation> offers;
  offers.reserve(cases.size() + 1);
  for (std::size_t i = 0; i < cases.size(); ++i)
    offers.push_back(announced(cases[i], static_cast<int>(i), at));
  if (has_otherwise || cases.empty()) {
    core::operation last;
    last.kind = has_otherwise ? op_kind::otherwise : op_kind::nil_channel;
    last.branch = -1;
    last.at = at;
    offers.push_back(last);
  }
  core::decision picked;
  if (!core::announce(offers, picked)) return false;
  branch = picked.branch;
  return true;
}

}  // namespace

int select_cases(std::span<select_case> cases, bool has_otherwise, place at) {
  int first = 0;
  if (exploring) [[unlikely]] {
    if (!explore_pick(cases, has_otherwise, at, first)) return has_otherwise ? -1 : 0;
    if (first < 0) return first;
    cases = cases.subspan(static_cast<std::size_t>(first), 1);
    has_otherwise = false;
  }
  int ran = poll_all(cases, at);
  if (ran == none_ready) {
    if (has_otherwise) return -1;
    ran = wait_for_any(cases, at);
  }
  return first + ran;
}

}  // namespace heddle::detail
