// Leader election on a one-way ring, after Dolev, Klawe and Rodeh, "An O(n log n) unidirectional
// distributed algorithm for extrema finding in a circle" (J. Algorithms 3, 1982): the example that
// SPIN ships as leader.pml. One sender and one receiver for each link: one trace, for any number of
// nodes.
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

struct message {
  enum class kind { first, second, winner } what;
  int number;
};

// An active node compares its candidate with those of the two active nodes before it, and stays
// active if the nearer of them is the greatest, whose candidate it takes over; else it only relays.
// Returns the greatest number of all.
int take_part(int own, const heddle::recv_chan<message>& in,
              const heddle::send_chan<message>& out) {
  using kind = message::kind;
  bool active = true;
  bool announced = false;
  int candidate = own;
  int nearer = 0;
  out.send({kind::first, own});
  for (;;) {
    const message m = in.recv().value();
    if (m.what == kind::winner) {
      if (!announced) out.send(m);
      return m.number;
    }
    if (!active) {
      out.send(m);
    } else if (m.what == kind::first && m.number == candidate) {  // once round: nobody else is left
      announced = true;
      out.send({kind::winner, candidate});
    } else if (m.what == kind::first) {
      nearer = m.number;
      out.send({kind::second, nearer});
    } else if (nearer > m.number && nearer > candidate) {
      candidate = nearer;
      out.send({kind::first, candidate});
    } else {
      active = false;
    }
  }
}

// Node i of n has the number (5 i + 3) mod n + 1, so that neighbours are not in order; n is no
// multiple of 5. Main waits for all.
void elect(std::size_t n) {
  std::vector<heddle::chan<message>> links;
  for (std::size_t i = 0; i < n; ++i) links.push_back(heddle::make_chan<message>(2 * n));
  std::deque<heddle::var<int>> leaders;
  heddle::wait_group wg;
  wg.add(static_cast<std::int64_t>(n));
  for (std::size_t i = 0; i < n; ++i)
    heddle::go(heddle::named("node " + std::to_string(i)),
               [&wg, &leader = leaders.emplace_back(0), own = static_cast<int>((5 * i + 3) % n) + 1,
                in = links[i], out = links[(i + 1) % n]] {
                 leader = take_part(own, in, out);
                 wg.done();
               });
  wg.wait();
  for (const auto& leader : leaders)
    heddle::check(leader == static_cast<int>(n), "all agree on the greatest");
}

const heddle::model ring_8{"golden/ring_8",
                           heddle::expected::verified,
                           "Eight nodes elect the greatest number on a ring; all of them learn it. "
                           "One trace.",
                           [] { elect(8); },
                           {.count = 1}};

}  // namespace
