// Dijkstra's dining philosophers: each needs the two forks beside the plate. Who takes which fork
// first decides whether they can starve each other. The forks are taken with lock() rather than a
// guard, so that a report names the line here and not one of the standard library.
#include <deque>
#include <string>
#include <utility>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/place.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

enum class order { left_first, lower_first };

// The forks of seat `i` among `seats`, in the order in which they are taken.
std::pair<int, int> forks_of(int i, int seats, order how) {
  const std::pair left_right{i, (i + 1) % seats};
  if (how == order::lower_first && left_right.second < left_right.first)
    return {left_right.second, left_right.first};
  return left_right;
}

// Seats `seats` philosophers, runs `eat` with the numbers of their two forks, and waits for them.
template <class Eat>
void dine(int seats, order how, Eat eat) {
  std::deque<heddle::var<bool>> has_eaten;
  heddle::wait_group wg;
  for (int i = 0; i < seats; ++i) {
    auto* fed = &has_eaten.emplace_back(false);
    const auto [first, second] = forks_of(i, seats, how);
    wg.add(1);
    heddle::go(heddle::named("philosopher " + std::to_string(i)),
               [&wg, eat, fed, first = first, second = second] {
                 eat(first, second);
                 *fed = true;
                 wg.done();
               });
  }
  wg.wait();
  for (const auto& fed : has_eaten) heddle::check(fed, "every philosopher has eaten");
}

void dine_with_mutexes(int seats, order how) {
  std::deque<heddle::mutex> forks;
  for (int i = 0; i < seats; ++i) forks.emplace_back(heddle::place::current());
  dine(seats, how, [&forks](int first, int second) {
    heddle::mutex& one = forks[static_cast<std::size_t>(first)];
    heddle::mutex& other = forks[static_cast<std::size_t>(second)];
    one.lock();
    other.lock();
    other.unlock();
    one.unlock();
  });
}

// A fork is a channel with room for it; receiving takes it, sending puts it back. At most `guests`
// sit at the table at once: a semaphore made of a buffered channel.
void dine_with_channels(int seats, order how, int guests) {
  std::deque<heddle::chan<int>> forks;
  for (int i = 0; i < seats; ++i) forks.push_back(heddle::make_chan<int>(1));
  for (const auto& fork : forks) fork.send(1);
  const auto table = heddle::make_chan<int>(static_cast<std::size_t>(guests));
  dine(seats, how, [&forks, table](int first, int second) {
    const heddle::chan<int>& one = forks[static_cast<std::size_t>(first)];
    const heddle::chan<int>& other = forks[static_cast<std::size_t>(second)];
    table.send(1);
    one.recv();
    other.recv();
    other.send(1);
    one.send(1);
    table.recv();
  });
}

const heddle::model left_first{
    "classic/philosophers_left_first", heddle::expected::deadlock,
    "Three philosophers take the left fork first. Each can hold one and wait for its neighbour's: "
    "a cycle.",
    [] { dine_with_mutexes(3, order::left_first); }};

const heddle::model ordered{
    "classic/philosophers_ordered", heddle::expected::verified,
    "Forks are numbered and the lower one is taken first, so that no cycle can form. Everyone "
    "eats.",
    [] { dine_with_mutexes(3, order::lower_first); }};

const heddle::model channels_left_first{
    "classic/philosophers_channels_left_first", heddle::expected::deadlock,
    "Forks as channels with room for one token. Channels do not save a program from a cycle.",
    [] { dine_with_channels(3, order::left_first, 3); }};

const heddle::model channels_ordered{"classic/philosophers_channels_ordered",
                                     heddle::expected::verified,
                                     "Forks as channels, the lower one first. Everyone eats.",
                                     [] { dine_with_channels(3, order::lower_first, 3); }};

const heddle::model footman{
    "classic/philosophers_footman", heddle::expected::verified,
    "Left fork first, but a footman lets all but one philosopher sit down at a time. The one who "
    "is missing breaks the cycle.",
    [] { dine_with_channels(3, order::left_first, 2); }};

}  // namespace
