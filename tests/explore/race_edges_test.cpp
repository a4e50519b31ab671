// Each happens-before edge of docs/design/races.md, one at a time: programs that are free of races
// because of that edge alone. Without it, each has one.
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "dpor.hpp"
#include "heddle/heddle.hpp"
#include "sequencer.hpp"

namespace {

using namespace heddle;
using namespace std::chrono_literals;
using explore::edge;

using shared_int = std::shared_ptr<var<int>>;
shared_int make_int() { return std::make_shared<var<int>>(0); }
int read(const shared_int& x) { return x->get(); }

void spawned_reads() {
  const shared_int x = make_int();
  *x = 1;
  go([x] { read(x); });
}

void value_through_channel(std::size_t capacity) {
  const shared_int x = make_int();
  const auto c = make_chan<int>(capacity);
  go([=] {
    *x = 1;
    c.send(1);
  });
  c.recv();
  read(x);
}

void sender_learns_of_receiver() {
  const shared_int x = make_int();
  const auto c = make_chan<int>();
  go([=] {
    *x = 1;
    c.recv();
  });
  c.send(1);
  read(x);
}

void channel_as_semaphore() {
  const auto slots = make_chan<int>(1);
  const shared_int x = make_int();
  for (int i = 0; i < 2; ++i)
    go([=] {
      slots.send(1);
      *x = i;
      slots.recv();
    });
}

void closed_channel_tells() {
  const shared_int x = make_int();
  const auto c = make_chan<int>(1);
  go([=] {
    *x = 1;
    c.close();
  });
  c.recv();
  read(x);
}

void cancelled_context_tells() {
  const shared_int x = make_int();
  const auto c = context::with_cancel(context::background());
  go([=] {
    *x = 1;
    c.cancel();
  });
  if (c.ctx.err()) read(x);
}

void critical_sections() {
  const auto m = std::make_shared<mutex>();
  const shared_int x = make_int();
  for (int i = 0; i < 2; ++i)
    go([=] {
      m->lock();
      *x = i;
      m->unlock();
    });
}

void try_lock_that_succeeds() {
  const auto m = std::make_shared<mutex>();
  const shared_int x = make_int();
  go([=] {
    m->lock();
    *x = 1;
    m->unlock();
  });
  if (m->try_lock()) *x = 2;
}

void waiting_releases_the_mutex() {
  struct monitor {
    mutex m;
    cond changed{m};
    var<int> x = 0;
  };
  const auto s = std::make_shared<monitor>();
  go([=] {
    s->m.lock();
    s->x = 1;
    s->changed.wait();
  });
  s->m.lock();
  s->x = 2;
  s->m.unlock();
}

template <class Action>
void reader_and_writer(Action reader_does, Action writer_does) {
  struct shared {
    rw_mutex m;
    var<int> x = 0;
  };
  const auto s = std::make_shared<shared>();
  go([=] {
    s->m.lock_shared();
    reader_does(s->x);
    s->m.unlock_shared();
  });
  s->m.lock();
  writer_does(s->x);
  s->m.unlock();
}

using action = void (*)(var<int>&);
void reads(var<int>& x) { x.get(); }
void writes(var<int>& x) { x.set(1); }

// The reader comes second wherever it reads at all.
void writer_before_reader() {
  struct shared {
    rw_mutex m;
    var<int> x = 0;
  };
  const auto s = std::make_shared<shared>();
  const auto go_on = std::make_shared<bool>(false);
  go([=] {
    s->m.lock();
    s->x = 1;
    *go_on = true;
    s->m.unlock();
  });
  s->m.lock_shared();
  if (*go_on) s->x.get();
  s->m.unlock_shared();
}

void reader_before_writer() {
  struct shared {
    rw_mutex m;
    var<int> x = 0;
    bool was_read = false;
  };
  const auto s = std::make_shared<shared>();
  go([=] {
    s->m.lock_shared();
    s->x.get();
    s->was_read = true;
    s->m.unlock_shared();
  });
  s->m.lock();
  if (s->was_read) s->x = 1;
  s->m.unlock();
}

void writers_apart() { reader_and_writer<action>(reads, writes); }

void once_done() {
  struct shared {
    once made;
    var<int> x = 0;
  };
  const auto s = std::make_shared<shared>();
  for (int i = 0; i < 2; ++i)
    go([=] {
      s->made.call([&] { s->x = 1; });
      s->x.get();
    });
}

void workers_done() {
  struct shared {
    wait_group running;
    var<int> x = 0;
  };
  const auto s = std::make_shared<shared>();
  s->running.add(1);
  go([=] {
    s->x = 1;
    s->running.done();
  });
  s->running.wait();
  s->x.get();
}

template <class Wake>
void woken(Wake wake) {
  struct shared {
    mutex m;
    cond ready{m};
    var<int> x = 0;
  };
  const auto s = std::make_shared<shared>();
  go([=] {
    s->m.lock();
    s->ready.wait();
    s->x.get();
  });
  s->x = 1;
  wake(s->ready);
}

void signalled() {
  woken([](cond& c) { c.signal(); });
}
void called_out() {
  woken([](cond& c) { c.broadcast(); });
}

template <class Publish>
void published(Publish publish) {
  struct shared {
    atomic<int> ready{0};
    var<int> x = 0;
  };
  const auto s = std::make_shared<shared>();
  go([=] {
    s->x = 1;
    publish(s->ready);
  });
  if (s->ready.load() == 1) s->x.get();
}

void stored() {
  published([](atomic<int>& a) { a.store(1); });
}
void added() {
  published([](atomic<int>& a) { a.add(1); });
}
void swapped() {
  published([](atomic<int>& a) { a.compare_and_swap(0, 1); });
}

void armed_timer() {
  const shared_int x = make_int();
  *x = 1;
  after_func(1s, [x] { read(x); });
}

void registered_with_a_context() {
  const shared_int x = make_int();
  const auto c = context::with_cancel(context::background());
  go([=] { c.cancel(); });
  *x = 1;
  context::after_func(c.ctx, [x] { read(x); });
}

const std::multimap<edge, std::function<void()>> programs = {
    {edge::go_statement, spawned_reads},
    {edge::message, [] { value_through_channel(0); }},
    {edge::message, [] { value_through_channel(1); }},
    {edge::message, [] { value_through_channel(2); }},
    {edge::room, sender_learns_of_receiver},
    {edge::room, channel_as_semaphore},
    {edge::close, closed_channel_tells},
    {edge::close, cancelled_context_tells},
    {edge::mutex, critical_sections},
    {edge::mutex, try_lock_that_succeeds},
    {edge::mutex, waiting_releases_the_mutex},
    {edge::write_unlock, writer_before_reader},
    {edge::write_unlock, writers_apart},
    {edge::read_unlock, reader_before_writer},
    {edge::read_unlock, writers_apart},
    {edge::once, once_done},
    {edge::wait_group, workers_done},
    {edge::signal, signalled},
    {edge::signal, called_out},
    {edge::atomic, stored},
    {edge::atomic, added},
    {edge::atomic, swapped},
    {edge::timer, armed_timer},
    {edge::registration, registered_with_a_context},
};

enum class without { nothing, edge };

std::size_t races_of(const std::function<void()>& body, edge e, without which) {
  explore::sequencer engine;
  if (which == without::edge) engine.racing().leave_out(e);
  explore::dpor_strategy dpor;
  explore::execution_limits limits;
  limits.stop_at_failure = false;
  std::size_t races = 0;
  while (dpor.begin()) {
    const explore::trace& t = engine.run(body, dpor, limits);
    races += t.races.size();
    dpor.end(t);
  }
  REQUIRE(dpor.exhausted());
  return races;
}

}  // namespace

TEST_CASE("every happens-before edge is needed by a program that is free of races", "[race]") {
  for (auto e = edge::go_statement; e <= edge::registration;
       e = static_cast<edge>(static_cast<int>(e) + 1)) {
    INFO("edge " << static_cast<int>(e));
    REQUIRE(programs.count(e) > 0);
    int n = 0;
    for (auto [at, end] = programs.equal_range(e); at != end; ++at) {
      INFO("program " << ++n);
      CHECK(races_of(at->second, e, without::nothing) == 0);
      CHECK(races_of(at->second, e, without::edge) > 0);
    }
  }
}
