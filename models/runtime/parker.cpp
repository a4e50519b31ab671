// How one thread sleeps until it is called, as it ships, under the memory of x86 and a kernel that
// keeps a futex: no call is lost, whenever it comes, and what was done before it is seen.
#include <memory>

#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"
#include "machine_memory.hpp"
#include "parker.hpp"

namespace {

using heddle::performance::futex_parker;
using memory::as_worker;
using memory::seeded;

template <seeded Bug>
struct scene {
  explicit scene(unsigned callers) : processors(callers + 1) {}
  memory::machine processors;
  memory::atomic<int, Bug> news[2];  // what the callers have to tell
  futex_parker<memory::kernel<Bug>> parker;
  heddle::wait_group done;

  bool heard(unsigned callers) const {
    for (unsigned i = 0; i < callers; ++i)
      if (news[i].load(std::memory_order_acquire) == 0) return false;
    return true;
  }
};

// A thread sleeps until it has heard from all callers, of whom each tells its news, by a plain store,
// and calls once. `first` is the deadline of the first sleep.
template <seeded Bug>
void sleeper_and_callers(unsigned callers,
                         heddle::time_point first = heddle::time_point::max()) {
  const auto s = std::make_shared<scene<Bug>>(callers);
  s->done.go([s, callers, first] {
    const as_worker me(s->processors, 0);
    s->parker.park(first);
    while (!s->heard(callers)) s->parker.park();
  });
  for (unsigned i = 0; i < callers; ++i)
    s->done.go([s, i] {
      const as_worker me(s->processors, i + 1);
      s->news[i].store(1, std::memory_order_release);
      s->parker.unpark();
    });
  s->done.wait();
}

const heddle::model two_callers{
    "runtime/parker", heddle::expected::verified,
    "A thread sleeps until it has heard from two others, each of which calls it once.",
    [] { sleeper_and_callers<seeded::nothing>(2); }};

const heddle::model deadline{
    "runtime/parker_deadline", heddle::expected::verified,
    "The same where the deadline of the first sleep comes at any moment.",
    [] { sleeper_and_callers<seeded::nothing>(1, heddle::time_point{}); }};

const heddle::model plain_stores{
    "runtime/parker_plain_stores", heddle::expected::deadlock,
    "Seeded: a call is made by a load and a plain store, between which the thread goes to sleep. "
    "Nobody wakes it.",
    [] { sleeper_and_callers<seeded::exchange_is_a_store>(1); }};

const heddle::model cleared_by_a_store{
    "runtime/parker_cleared_by_a_store", heddle::expected::deadlock,
    "Seeded: the thread clears a call by a plain store. It looks for news while the store waits in "
    "its buffer, and passes over a call that comes meanwhile.",
    [] { sleeper_and_callers<seeded::clearing_is_a_store>(2); }};

const heddle::model no_comparison{
    "runtime/parker_without_comparison", heddle::expected::deadlock,
    "Seeded: the thread goes to sleep without a last look at the word. The call came before.",
    [] { sleeper_and_callers<seeded::sleep_without_comparing>(1); }};

}  // namespace
