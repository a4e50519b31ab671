// The programs of SCTBench without locks (Thomson, Donaldson and Betts, PPoPP 2014), after its
// token_ring_bad.c and bluetooth_driver_bad.c.
//
// Shared plain variables of the originals are atomics here, so that each access is a decision; an
// atomic block is a critical section.
#include <memory>
#include <mutex>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

namespace {

// Written under `block` alone.
struct ring {
  heddle::mutex block;
  heddle::atomic<int> x1{1}, x2{2}, x3{1};
  heddle::atomic<bool> passed1{false}, passed2{false}, passed3{false};
};

const heddle::model token_ring{
    "bugs/token_ring", heddle::expected::assertion,
    "Three goroutines hand a value on, each in one atomic block. That they agree when all have had "
    "a turn is true of two orders out of six.",
    [] {
      const auto r = std::make_shared<ring>();
      heddle::go(heddle::named("first"), [r] {
        std::lock_guard atomically(r->block);
        r->x1.store((r->x3.load() + 1) % 4);
        r->passed1.store(true);
      });
      heddle::go(heddle::named("second"), [r] {
        std::lock_guard atomically(r->block);
        r->x2.store(r->x1.load());
        r->passed2.store(true);
      });
      heddle::go(heddle::named("third"), [r] {
        std::lock_guard atomically(r->block);
        r->x3.store(r->x2.load());
        r->passed3.store(true);
      });
      heddle::go(heddle::named("checker"), [r] {
        std::lock_guard atomically(r->block);
        if (!r->passed1.load() || !r->passed2.load() || !r->passed3.load()) return;
        heddle::check(r->x1.load() == r->x2.load() && r->x2.load() == r->x3.load(),
                      "the ring agrees on a value");
      });
    }};

struct device {
  heddle::atomic<int> pending{1};
  heddle::atomic<bool> stopping{false}, stop_event{false}, stopped{false};
  heddle::wait_group done;
};

void finish_io(device& d) {
  if (d.pending.add(-1) == 0) d.stop_event.store(true);
}

const heddle::model bluetooth_driver{
    "bugs/bluetooth_driver", heddle::expected::assertion,
    "A driver is asked to stop while a request comes in. The request tests the flag and then "
    "counts itself; in between the driver finds nothing pending and stops.",
    [] {
      const auto d = std::make_shared<device>();
      d->done.add(1);
      heddle::go(heddle::named("stop"), [d] {
        d->stopping.store(true);
        finish_io(*d);
        if (d->stop_event.load()) d->stopped.store(true);
        d->done.done();
      });
      if (!d->stopping.load()) {
        d->pending.add(1);
        heddle::check(!d->stopped.load(), "no request is served once the driver has stopped");
      }
      finish_io(*d);
      d->done.wait();
    }};

}  // namespace
