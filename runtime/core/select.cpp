// select, after Go's runtime/select.go: poll the cases in random order, else wait on all of them.
//
// In exploration mode every case is announced, and the one that was picked runs alone through the
// same code: a picked case completes, or its partner completes it at once.
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "channel.hpp"
#include "goroutine.hpp"
#include "heddle/detail/channel.hpp"
#include "mode.hpp"

namespace heddle::detail {

using core::op_kind;

namespace {

constexpr int none_ready = -1;

core::operation announced(const select_case& one, int branch, place at) {
  if (one.c != nullptr)
    return one.c->describe(one.is_send ? op_kind::send : op_kind::recv, at, branch);
  core::operation nil;
  nil.kind = op_kind::nil_channel;
  nil.branch = branch;
  nil.at = at;
  return nil;
}

bool ready(const select_case& one) {
  if (one.c == nullptr) return false;
  return one.is_send ? one.c->can_send() : one.c->can_recv();
}

// Runs a case that is ready.
void run_case(select_case& one, place at) {
  if (one.is_send) {
    if (one.c->try_send(one.value) == channel::attempt::closed)
      throw panic(panic_kind::panic, "send on closed channel", at);
  } else {
    one.received = one.c->try_recv(one.value) == channel::attempt::done;
  }
}

// A ready case, each with the same chance, or none_ready. One pass, by reservoir sampling.
int pick_ready(std::span<const select_case> cases) {
  static thread_local std::minstd_rand random(std::random_device{}());
  int picked = none_ready;
  unsigned seen = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!ready(cases[i])) continue;
    ++seen;
    if (seen == 1 || random() % seen == 0) picked = static_cast<int>(i);
  }
  return picked;
}

// Waits on every case; the partner that comes first decides.
int wait_for_any(std::span<select_case> cases, place at) {
  core::engine& e = core::current_engine();
  int fired = -1;
  const auto waiters = std::make_unique<waiter[]>(cases.size());
  core::operation why;  // the first case that can ever run
  why.kind = op_kind::nil_channel;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    select_case& one = cases[i];
    if (one.c == nullptr) continue;
    waiters[i].g = e.current();
    waiters[i].value = one.value;
    waiters[i].index = static_cast<int>(i);
    waiters[i].fired = &fired;
    (one.is_send ? one.c->senders() : one.c->receivers()).push(waiters[i]);
    if (why.kind == op_kind::nil_channel) why = announced(one, static_cast<int>(i), at);
  }
  why.at = at;
  do e.park(why);
  while (fired < 0 && !e.current()->unwinding);
  if (fired < 0) return 0;  // torn down
  select_case& won = cases[static_cast<std::size_t>(fired)];
  const bool ok = waiters[static_cast<std::size_t>(fired)].ok;
  if (won.is_send && !ok) throw panic(panic_kind::panic, "send on closed channel", at);
  won.received = !won.is_send && ok;
  return fired;
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
  if (exploring) {
    if (!explore_pick(cases, has_otherwise, at, first)) return has_otherwise ? -1 : 0;
    if (first < 0) return first;
    cases = cases.subspan(static_cast<std::size_t>(first), 1);
    has_otherwise = false;
  }
  int ran = pick_ready(cases);
  if (ran != none_ready)
    run_case(cases[static_cast<std::size_t>(ran)], at);
  else if (has_otherwise)
    return -1;
  else
    ran = wait_for_any(cases, at);
  return first + ran;
}

}  // namespace heddle::detail
