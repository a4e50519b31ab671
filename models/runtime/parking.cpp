// How idle workers come to rest, as it ships, under the memory of x86: work that is made visible is
// taken by somebody, however its producer and the workers that go to sleep meet.
#include <cstdint>
#include <memory>

#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"
#include "machine_memory.hpp"
#include "parking.hpp"

namespace {

using heddle::performance::parking;
using memory::as_worker;
using memory::seeded;

// How a worker goes to sleep: it looks once more after it has said so, and where it finds work it
// counts as searching again. Or one of these is forgotten.
enum class last_look { taken, taken_but_not_passed_on, left_out };

template <seeded Bug>
struct scene {
  using atomics = memory::x86<Bug>;
  explicit scene(unsigned workers) : processors(workers + 1), parked(workers) {}
  memory::machine processors;

  // The work: how many tasks were made visible, by a plain store of their one producer, and how
  // many were taken.
  typename atomics::template atomic<int> visible{0};
  typename atomics::template atomic<int> taken{0};
  parking<atomics> parked;
  heddle::wait_group done;

  bool take() {
    int t = taken.load(std::memory_order_relaxed);
    while (t < visible.load(std::memory_order_acquire))
      if (taken.compare_exchange_strong(t, t + 1, std::memory_order_acq_rel)) return true;
    return false;
  }
};

// A worker that has found nothing comes to rest until it gets a task, as the pool's do
// (worker::rest). It counts as searching, or sleeps already.
enum class begins { searching, neither, asleep };

template <seeded Bug>
void rest_and_work(scene<Bug>& s, unsigned who, begins how, last_look look) {
  bool searching = how == begins::searching;
  bool sleeps = how == begins::asleep;
  for (;;) {
    const bool searched = searching && look != last_look::taken_but_not_passed_on;
    if (!sleeps) s.parked.prepare_sleep(who, searching);
    if (!sleeps && look != last_look::left_out && s.visible.load() > s.taken.load())
      searching = s.parked.cancel_sleep(who, searched);
    else
      searching = s.parked.sleep(who, heddle::time_point::max());
    sleeps = false;
    if (!s.take()) continue;
    if (searching) s.parked.end_search();
    return;
  }
}

// As many tasks become visible as there are workers, each of which takes one. Worker 0 searches and
// has found nothing; the others sleep.
template <seeded Bug>
void producer_and_workers(unsigned workers, last_look look = last_look::taken) {
  const auto s = std::make_shared<scene<Bug>>(workers);
  heddle::check(s->parked.begin_search(workers));
  for (unsigned who = 1; who < workers; ++who) s->parked.prepare_sleep(who, false);
  for (unsigned who = 0; who < workers; ++who)
    s->done.go([s, who, look] {
      const as_worker me(s->processors, who);
      rest_and_work(*s, who, who == 0 ? begins::searching : begins::asleep, look);
    });
  s->done.go([s, workers] {
    const as_worker me(s->processors, workers);
    for (unsigned i = 1; i <= workers; ++i) {
      s->visible.store(static_cast<int>(i), std::memory_order_release);
      s->parked.work_came();
    }
  });
  s->done.wait();
}

const heddle::model one_worker{"runtime/parking", heddle::expected::verified,
                               "A worker goes to sleep while work comes: it takes it, or is woken.",
                               [] { producer_and_workers<seeded::nothing>(1); }};

const heddle::model two_workers{
    "runtime/parking_two_workers", heddle::expected::verified,
    "Two workers go to sleep while two tasks come: each is taken, though a searching worker spares "
    "the wake-up of another.",
    [] { producer_and_workers<seeded::nothing>(2); }};

const heddle::model without_last_look{
    "runtime/parking_without_last_look", heddle::expected::deadlock,
    "Seeded: a worker does not look once more after saying that it sleeps. The wake-up is lost.",
    [] { producer_and_workers<seeded::nothing>(1, last_look::left_out); }};

const heddle::model without_barrier{"runtime/parking_without_barrier", heddle::expected::deadlock,
                                    "Seeded: no barrier makes the producer's store visible to the "
                                    "worker's last look. The wake-up is "
                                    "lost, as on a processor with a store buffer.",
                                    [] { producer_and_workers<seeded::no_heavy_barrier>(1); }};

const heddle::model not_passed_on{
    "runtime/parking_not_passed_on", heddle::expected::deadlock,
    "Seeded: a searcher that finds work at its last look does not count as one any more, and wakes "
    "nobody when it takes it. The second task, whose producer relied on the searcher, is left.",
    [] { producer_and_workers<seeded::nothing>(2, last_look::taken_but_not_passed_on); }};

// A worker sleeps whose deadline has come; another, which searched, has found work of its own and
// wakes whom it can; and a task becomes visible.
void deadline_beside_wakers() {
  const auto s = std::make_shared<scene<seeded::nothing>>(3);
  heddle::check(s->parked.begin_search(3));
  s->parked.prepare_sleep(0, false);
  s->done.go([s] {
    const as_worker me(s->processors, 0);
    if (s->parked.sleep(0, heddle::time_point{})) s->parked.end_search();
    if (!s->take()) rest_and_work(*s, 0, begins::neither, last_look::taken);
  });
  s->done.go([s] {
    const as_worker me(s->processors, 1);
    s->parked.end_search();
  });
  s->done.go([s] {
    const as_worker me(s->processors, 2);
    s->visible.store(1, std::memory_order_release);
    s->parked.work_came();
  });
  s->done.wait();
}

const heddle::model deadline{
    "runtime/parking_deadline", heddle::expected::verified,
    "A worker whose deadline comes while two others try to wake it: the task is taken, whoever of "
    "the three believes that another will see to it.",
    deadline_beside_wakers};

// Two threads that are no workers, such as those of heddle::blocking, each bring a task to the only
// worker.
void outside_threads() {
  const auto s = std::make_shared<scene<seeded::nothing>>(3);
  s->done.go([s] {
    const as_worker me(s->processors, 0);
    for (int i = 0; i < 2; ++i)
      if (!s->take()) rest_and_work(*s, 0, begins::neither, last_look::taken);
  });
  for (unsigned thread = 1; thread <= 2; ++thread)
    s->done.go([s, thread] {
      const as_worker me(s->processors, thread);
      s->visible.fetch_add(1);
      s->parked.work_came_from_outside();
    });
  s->done.wait();
}

const heddle::model outside{"runtime/parking_outside", heddle::expected::verified,
                            "Two threads that are no workers bring a task each to the only worker, "
                            "which takes both.",
                            outside_threads};

// Worker 0 goes to sleep and looks whether anything can ever run again, as the pool does
// (pool::check_for_deadlock). Worker 1 sleeps, once more each time that a timer has fired and its
// goroutine has slept again: there always is a timer, or a goroutine that runs.
template <bool WithChanges>
void rest_beside_a_timer() {
  struct timer_scene : scene<seeded::nothing> {
    timer_scene() : scene(2) {}
    atomics::atomic<int> armed{1};
  };
  const auto s = std::make_shared<timer_scene>();
  s->parked.prepare_sleep(1, false);
  s->done.go([s] {
    const as_worker me(s->processors, 0);
    s->parked.prepare_sleep(0, false);
    const std::uint64_t changes = s->parked.changes();
    if (!s->parked.all_at_rest(2)) return;
    if (s->armed.load() != 0) return;
    if (!s->parked.all_at_rest(2)) return;
    heddle::check(WithChanges && s->parked.changes() != changes, "a deadlock is reported");
  });
  s->done.go([s] {
    const as_worker me(s->processors, 1);
    for (int i = 0; i < 2; ++i) {
      s->parked.sleep(1, heddle::time_point{});
      s->armed.store(0, std::memory_order_release);
      s->armed.store(1, std::memory_order_release);
      s->parked.prepare_sleep(1, false);
    }
  });
  s->done.wait();
}

const heddle::model no_false_deadlock{
    "runtime/parking_no_false_deadlock", heddle::expected::verified,
    "A worker that looks for a deadlock while another fires timers in between finds none.",
    [] { rest_beside_a_timer<true>(); }};

const heddle::model false_deadlock{
    "runtime/parking_false_deadlock", heddle::expected::assertion,
    "Seeded: it does not ask whether a worker has stopped sleeping in between. The other had taken "
    "its timer off, and sleeps again.",
    [] { rest_beside_a_timer<false>(); }};

// Worker 1 has retired, and comes back while worker 0 goes to sleep and looks as above. It takes a
// goroutine whose blocking call has returned, and which then sleeps: first the call is outstanding,
// then the goroutine runs, then the timer is armed.
template <bool WithChanges>
void rest_beside_who_comes_back() {
  struct call_scene : scene<seeded::nothing> {
    call_scene() : scene(2) {}
    atomics::atomic<int> outstanding{1};
    atomics::atomic<int> armed{0};
  };
  const auto s = std::make_shared<call_scene>();
  s->parked.retire(1);
  s->done.go([s] {
    const as_worker me(s->processors, 0);
    s->parked.prepare_sleep(0, false);
    const std::uint64_t changes = s->parked.changes();
    if (!s->parked.all_at_rest(2)) return;
    if (s->outstanding.load() != 0 || s->armed.load() != 0) return;
    if (!s->parked.all_at_rest(2)) return;
    heddle::check(WithChanges && s->parked.changes() != changes, "a deadlock is reported");
  });
  s->done.go([s] {
    const as_worker me(s->processors, 1);
    s->parked.come_back(1);
    s->outstanding.store(0);
    s->armed.store(1, std::memory_order_release);
    s->parked.prepare_sleep(1, false);
  });
  s->done.wait();
}

const heddle::model comes_back{
    "runtime/parking_comes_back", heddle::expected::verified,
    "A worker that looks for a deadlock while a retired one comes back, works and sleeps finds "
    "none.",
    [] { rest_beside_who_comes_back<true>(); }};

const heddle::model comes_back_unnoticed{
    "runtime/parking_comes_back_unnoticed", heddle::expected::assertion,
    "Seeded: it does not ask whether a worker has come back in between. The other had taken the "
    "goroutine of a finished call, which sleeps by now.",
    [] { rest_beside_who_comes_back<false>(); }};

}  // namespace
