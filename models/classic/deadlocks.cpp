// The smallest deadlocks, each beside its repair where it has one of the same shape.
#include <mutex>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

void lock_both(heddle::mutex& first, heddle::mutex& second) {
  first.lock();
  second.lock();
  second.unlock();
  first.unlock();
}

void take_turns(bool same_order) {
  heddle::mutex a, b;
  heddle::wait_group wg;
  wg.add(2);
  heddle::go(heddle::named("a then b"), [&] {
    lock_both(a, b);
    wg.done();
  });
  heddle::go(heddle::named(same_order ? "also a then b" : "b then a"), [&] {
    if (same_order)
      lock_both(a, b);
    else
      lock_both(b, a);
    wg.done();
  });
  wg.wait();
}

const heddle::model ab_ba{
    "classic/ab_ba", heddle::expected::deadlock,
    "Two goroutines take two mutexes in opposite orders. Each may hold one and want the other's.",
    [] { take_turns(false); }};

const heddle::model ab_ab{
    "classic/ab_ab", heddle::expected::verified,
    "The same two mutexes taken in one order: the second goroutine waits for both or none.",
    [] { take_turns(true); }};

const heddle::model lost_wakeup{
    "classic/lost_wakeup", heddle::expected::deadlock,
    "A waiter tests a flag before it takes the mutex. Set and signalled in between, the flag is "
    "true and the wake-up is gone: the waiter sleeps for ever.",
    [] {
      heddle::mutex mutex;
      heddle::cond changed(mutex);
      heddle::atomic<bool> ready{false};
      heddle::wait_group wg;
      wg.add(1);
      heddle::go(heddle::named("setter"), [&] {
        ready.store(true);
        changed.signal();
        wg.done();
      });
      if (!ready.load()) {
        std::lock_guard hold(mutex);
        changed.wait();
      }
      wg.wait();
    }};

const heddle::model kept_wakeup{
    "classic/kept_wakeup", heddle::expected::verified,
    "The repair: the flag is written and tested under the mutex, in a loop. No wake-up falls "
    "between test and sleep.",
    [] {
      heddle::mutex mutex;
      heddle::cond changed(mutex);
      heddle::var<bool> ready = false;
      heddle::wait_group wg;
      wg.add(1);
      heddle::go(heddle::named("setter"), [&] {
        {
          std::lock_guard hold(mutex);
          ready = true;
        }
        changed.signal();
        wg.done();
      });
      {
        std::lock_guard hold(mutex);
        changed.wait_until([&] { return ready.get(); });
      }
      wg.wait();
    }};

const heddle::model once_reentry{
    "classic/once_reentry", heddle::expected::deadlock,
    "A once runs a function that asks the same once again. The inner call waits for the outer to "
    "return, which waits for the inner.",
    [] {
      heddle::once initialised;
      initialised.call([&] { initialised.call([] {}); });
    }};

}  // namespace
