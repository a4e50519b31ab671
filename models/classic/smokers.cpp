// Patil's cigarette smokers: an agent lays two of three ingredients on the table, and the smoker
// who owns the third must be the one who takes both.
#include <mutex>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

constexpr int kinds = 3;  // tobacco, paper, matches

using signal = heddle::chan<int>;

std::vector<signal> make_signals() {
  std::vector<signal> signals;
  for (int i = 0; i < kinds; ++i) signals.push_back(heddle::make_chan<int>(1));
  return signals;
}

signal& at(std::vector<signal>& signals, int i) {
  return signals[static_cast<std::size_t>(i % kinds)];
}

// Lays out what the smoker `chosen` lacks, and returns who has smoked.
int serve(std::vector<signal>& ingredients, const signal& smoked, int chosen) {
  at(ingredients, chosen + 1).send(1);
  at(ingredients, chosen + 2).send(1);
  return smoked.recv().value();
}

// Every smoker reaches for the two ingredients that it lacks.
void reach_directly() {
  std::vector<signal> ingredients = make_signals();
  const signal smoked = heddle::make_chan<int>();
  for (int i = 0; i < kinds; ++i) {
    heddle::go(heddle::named("smoker"),
               [i, smoked, first = at(ingredients, i + 1), second = at(ingredients, i + 2)] {
                 if (first.recv() && second.recv()) smoked.send(i);
               });
  }
  const int chosen = heddle::choose(kinds);
  heddle::check(serve(ingredients, smoked, chosen) == chosen, "the right one smokes");
  for (const signal& s : ingredients) s.close();
}

// The table as the pushers know it.
struct known_table {
  heddle::mutex mutex;
  heddle::var<std::vector<bool>> has = std::vector<bool>(kinds, false);
};

// Parnas' pusher of one ingredient: whoever completes a pair wakes the smoker who lacks it.
void push(known_table& table, int own, const signal& ingredient, std::vector<signal>& wake) {
  while (ingredient.recv()) {
    std::lock_guard hold(table.mutex);
    int other = 0;
    while (other < kinds && !table.has.get()[static_cast<std::size_t>(other)]) ++other;
    if (other < kinds) at(wake, kinds - own - other).send(1);
    const int changed = other < kinds ? other : own;
    table.has.with([&](auto& has) { has[static_cast<std::size_t>(changed)] = other == kinds; });
  }
}

void push_and_wake(int rounds) {
  std::vector<signal> ingredients = make_signals();
  std::vector<signal> wake = make_signals();
  const signal smoked = heddle::make_chan<int>();
  known_table table;
  heddle::wait_group pushers;
  for (int i = 0; i < kinds; ++i) {
    pushers.add(1);
    heddle::go(heddle::named("pusher"), [&, i, ingredient = at(ingredients, i)] {
      push(table, i, ingredient, wake);
      pushers.done();
    });
    heddle::go(heddle::named("smoker"), [i, smoked, mine = at(wake, i)] {
      while (mine.recv()) smoked.send(i);
    });
  }
  for (int round = 0; round < rounds; ++round) {
    const int chosen = heddle::choose(kinds);
    heddle::check(serve(ingredients, smoked, chosen) == chosen, "the right one smokes");
  }
  for (const signal& s : ingredients) s.close();
  pushers.wait();
  for (const signal& s : wake) s.close();
}

const heddle::model direct{
    "classic/smokers_direct", heddle::expected::deadlock,
    "Every smoker reaches for the ingredients on its own. The wrong one may take the first, and "
    "nobody gets both.",
    [] { reach_directly(); }};

const heddle::model pushers{
    "classic/smokers_pushers", heddle::expected::verified,
    "Pushers watch the table and wake the one smoker who can use it. Whatever the agent chooses, "
    "the right one smokes, in two rounds.",
    [] { push_and_wake(2); }};

}  // namespace
