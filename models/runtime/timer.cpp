// How long a timer lives that is armed, stopped and fired at the same time, as it ships, under the
// memory of x86: it is freed once, by its last owner, and nobody touches it afterwards.
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"
#include "machine_memory.hpp"
#include "timer_place.hpp"

namespace {

using memory::as_worker;
using memory::seeded;

// An address that is always the same.
void* a_shelf() { return reinterpret_cast<void*>(std::uintptr_t{64}); }

// A timer on the shelf of a worker, and two handles of it.
template <seeded Bug>
struct scene {
  using timer_place = heddle::detail::timer_place<memory::x86<Bug>>;
  memory::machine processors{3};
  memory::spin_lock shelf;  // of on_shelf
  bool on_shelf = true;
  typename timer_place::count handles{2};
  timer_place place;
  heddle::var<bool> state = true;  // of the timer: gone once it is freed
  bool freed = false;
  bool sends = false;  // so that its last handle takes it off the shelf
  heddle::wait_group done;

  void release() {
    heddle::check(!freed, "a timer was touched after it had been freed");
    static_cast<void>(static_cast<bool>(state));
    const auto take_off = [this] {
      if (sends) stop();
      return sends;
    };
    if (!place.release(handles, take_off)) return;
    heddle::check(!freed, "a timer was freed twice");
    state = false;
    freed = true;
  }
  // By the owner of a handle.
  void stop() {
    if (place.shelf() == nullptr) return;
    const std::lock_guard hold(shelf);
    if (!on_shelf) return;
    on_shelf = false;
    place.take_off(handles);
  }
  // By a worker.
  void fire() {
    {
      const std::lock_guard hold(shelf);
      if (!on_shelf) return;
      on_shelf = false;
      place.take_off_to_fire(handles);
    }
    release();
  }
};

template <seeded Bug>
void live_and_die(bool one_stops, bool sends = false) {
  const auto s = std::make_shared<scene<Bug>>();
  s->sends = sends;
  s->place.put_on(a_shelf(), s->handles);
  s->done.go([s, one_stops] {
    const as_worker me(s->processors, 0);
    if (one_stops) s->stop();
    s->release();
  });
  s->done.go([s] {
    const as_worker me(s->processors, 1);
    s->release();
  });
  s->done.go([s] {
    const as_worker me(s->processors, 2);
    s->fire();
  });
  s->done.wait();
  heddle::check(!sends || !s->on_shelf, "a timer that nobody has was left on its shelf");
  if (s->on_shelf) s->fire();
  heddle::check(s->freed, "a timer was never freed");
}

// A ticker with one handle. Two workers fire it, one tick each.
struct ticking {
  using timer_place = heddle::detail::timer_place<memory::x86<seeded::nothing>>;
  explicit ticking(bool is_counted) : place(is_counted) {}

  memory::machine processors{3};
  memory::spin_lock shelf;  // of on_shelf
  bool on_shelf = true;
  typename timer_place::count handles{1};
  timer_place place;
  heddle::var<bool> state = true;  // of the ticker: gone once it is freed
  bool freed = false;
  heddle::wait_group done;

  void release() {
    if (!place.release(handles)) return;
    heddle::check(!freed && !on_shelf, "a ticker was freed on its shelf, or twice");
    state = false;
    freed = true;
  }
  bool take_off() {
    const std::lock_guard hold(shelf);
    if (!std::exchange(on_shelf, false)) return false;
    place.take_off_to_fire(handles);
    return true;
  }
  void tick() {
    if (!take_off()) return;
    if (!place.is_wanted(handles)) return release();
    {
      const std::lock_guard hold(shelf);
      place.put_on(a_shelf(), handles);
      on_shelf = true;
    }
    heddle::check(!freed, "a ticker was touched after it had been freed");
    release();
  }
};

void tick_and_drop(bool is_counted) {
  const auto s = std::make_shared<ticking>(is_counted);
  s->place.put_on(a_shelf(), s->handles);
  s->done.go([s] {
    const as_worker me(s->processors, 0);
    s->release();
  });
  for (unsigned worker : {1U, 2U})
    s->done.go([s, worker] {
      const as_worker me(s->processors, worker);
      s->tick();
    });
  s->done.wait();
  if (s->take_off()) s->release();  // the next tick, or the program ends
  heddle::check(s->freed, "a ticker was never freed");
}

const heddle::model ticker_dropped{
    "runtime/ticker_dropped", heddle::expected::verified,
    "Two workers fire a ticker, and put it back if it is wanted, while its only handle is dropped.",
    [] { tick_and_drop(true); }};

const heddle::model ticker_uncounted{
    "runtime/ticker_uncounted", heddle::expected::assertion,
    "Seeded: the shelf of a ticker is not counted as an owner. It is freed while it is on it.",
    [] { tick_and_drop(false); }};

const heddle::model dropped{
    "runtime/timer_dropped", heddle::expected::verified,
    "A worker fires a timer while its two handles are dropped: whoever is last frees it.",
    [] { live_and_die<seeded::nothing>(false); }};

const heddle::model stopped{"runtime/timer_stopped", heddle::expected::verified,
                            "The same while the owner of one handle stops the timer first.",
                            [] { live_and_die<seeded::nothing>(true); }};

const heddle::model given_up{
    "runtime/timer_given_up", heddle::expected::verified,
    "Two handles are dropped of a timer that sends, while a worker fires it: it is freed at once.",
    [] { live_and_die<seeded::nothing>(false, true); }};

const heddle::model without_atomicity{"runtime/timer_without_atomicity",
                                      heddle::expected::assertion,
                                      "Seeded: a dropped handle compares and exchanges in two "
                                      "steps. The timer is never freed, or twice.",
                                      [] { live_and_die<seeded::compare_exchange_in_two>(false); }};

}  // namespace
