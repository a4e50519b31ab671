// The tour's select: a ticker, a time bomb, and a default case that sleeps.
#include <chrono>

#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/time.hpp"

namespace {

using namespace std::chrono_literals;

void tick_until_boom(heddle::duration until_boom) {
  const auto tick = heddle::tick(100ms);
  const auto boom = heddle::after(until_boom);
  for (;;) {
    switch (heddle::select(heddle::recv(tick), heddle::recv(boom), heddle::otherwise())) {
      case 0:  // "tick."
        break;
      case 1:  // "BOOM!"
        return;
      default:  // "    ."
        heddle::sleep_for(50ms);
    }
  }
}

const heddle::model tick_boom{
    "tour/tick_boom",
    heddle::expected::passed,
    "A select over a ticker, a timer and a default case, until the timer goes off. On a machine "
    "slow enough for every tick to be there first, select may prefer ticks to the boom any number "
    "of times: the tree has no end, so the search is bounded.",
    [] { tick_until_boom(500ms); },
    {.time = "free", .strategy = "", .max_executions = 500, .max_steps = 80}};

const heddle::model tick_boom_idle{
    "tour/tick_boom_idle",
    heddle::expected::verified,
    "The same program on a machine that is never late: timers fire when nothing else can run. What "
    "is left open is which of two timers of the same moment comes first, and that is exhausted.",
    [] { tick_until_boom(500ms); },
    {.time = "idle", .strategy = ""}};

}  // namespace
