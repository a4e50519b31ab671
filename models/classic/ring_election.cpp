// Leader election on a ring, after Chang and Roberts (CACM 22:5, 1979): each node sends its number
// to the next one; a node passes on greater numbers only; the one that meets its own has won.
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

struct message {
  int number;
  bool elected;
};

// Returns the leader's number.
int take_part(int own, const heddle::recv_chan<message>& in,
              const heddle::send_chan<message>& out) {
  out.send({own, false});
  for (;;) {
    const message m = in.recv().value();
    if (m.elected) {
      if (m.number != own) out.send(m);
      return m.number;
    }
    if (m.number > own) out.send(m);
    if (m.number == own) out.send({own, true});
  }
}

// Three nodes are numbered in either direction of the ring: all their placements but for rotation.
void elect(std::size_t capacity) {
  std::vector<int> numbers{1, 2, 3};
  if (heddle::choose(2) == 1) std::swap(numbers[1], numbers[2]);
  std::vector<heddle::chan<message>> links;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    links.push_back(heddle::make_chan<message>(capacity));
  std::deque<heddle::var<int>> leaders;
  heddle::wait_group wg;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    wg.add(1);
    heddle::go(heddle::named("node " + std::to_string(numbers[i])),
               [&wg, &leader = leaders.emplace_back(0), own = numbers[i], in = links[i],
                out = links[(i + 1) % links.size()]] {
                 leader = take_part(own, in, out);
                 wg.done();
               });
  }
  wg.wait();
  for (const auto& leader : leaders) heddle::check(leader == 3, "all agree on the greatest");
}

const heddle::model election{
    "classic/ring_election",
    heddle::expected::verified,
    "Three nodes elect the greatest number on a ring of buffered links; all of them learn it. Each "
    "link has one sender and one receiver, so each of the two placements is one trace.",
    [] { elect(3); },
    {.time = "", .strategy = "", .count = 2}};

const heddle::model unbuffered{
    "classic/ring_election_unbuffered", heddle::expected::deadlock,
    "The same over unbuffered links: everyone sends first and nobody receives.", [] { elect(0); }};

}  // namespace
