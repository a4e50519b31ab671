// Dijkstra's sleeping barber: customers wait on a few chairs, or leave when all are taken.
#include <cstddef>
#include <deque>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

using haircut = heddle::chan<int>;  // a customer brings it, and receives on it when served

// Receiving is sleeping: no customer, no work.
void barber(const heddle::chan<haircut>& chairs) {
  for (const haircut& customer : chairs) customer.send(1);
}

bool visit(const heddle::chan<haircut>& chairs) {
  const haircut mine = heddle::make_chan<int>();
  if (heddle::select(heddle::send(chairs, mine), heddle::otherwise()) == 1) return false;
  return mine.recv().has_value();
}

void open_shop(std::size_t chair_count, int customers) {
  const auto chairs = heddle::make_chan<haircut>(chair_count);
  heddle::go(heddle::named("barber"), barber, chairs);
  std::deque<heddle::var<bool>> served;
  heddle::wait_group wg;
  for (int i = 0; i < customers; ++i) {
    wg.add(1);
    heddle::go(heddle::named("customer"), [&wg, &was_served = served.emplace_back(false), chairs] {
      was_served = visit(chairs);
      wg.done();
    });
  }
  wg.wait();
  chairs.close();  // the barber goes home; a leak if nobody told him
  std::size_t happy = 0;
  for (const auto& one : served) happy += one ? 1 : 0;
  heddle::check(happy >= chair_count, "a free chair is never refused");
}

const heddle::model sleeping_barber{
    "classic/sleeping_barber", heddle::expected::verified,
    "A barber, one chair, three customers. Customers who find the chair taken leave, all others "
    "are served, and the barber ends when the shop closes.",
    [] { open_shop(1, 3); }};

}  // namespace
