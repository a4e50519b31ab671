// Data races and their repairs: plain variables that two goroutines use with too little between.
#include <memory>

#include "heddle/heddle.hpp"

namespace {

using heddle::expected;

// What two goroutines share; it outlives whoever ends first.
template <class T>
std::shared_ptr<T> shared() {
  return std::make_shared<T>();
}

struct plain_counter {
  heddle::var<int> count = 0;
  heddle::mutex m;
  heddle::wait_group done;
};

const heddle::model counter{
    "classic/racy_counter", expected::race,
    "Two goroutines add one to a plain counter. The read of either is not ordered with the write "
    "of the other.",
    [] {
      const auto s = shared<plain_counter>();
      for (int i = 0; i < 2; ++i)
        s->done.go([s] { ++s->count; });
      s->done.wait();
    }};

const heddle::model locked{
    "classic/locked_counter", expected::verified,
    "The repair: the same under a mutex. Main reads the sum after the wait group's wait, which "
    "orders it behind both.",
    [] {
      const auto s = shared<plain_counter>();
      for (int i = 0; i < 2; ++i)
        s->done.go([s] {
          s->m.lock();
          ++s->count;
          s->m.unlock();
        });
      s->done.wait();
      heddle::check(s->count == 2, "both were counted");
    }};

struct two_locks {
  heddle::var<int> count = 0;
  heddle::mutex a, b;
};

const heddle::model different_locks{
    "classic/racy_two_locks", expected::race,
    "Each of two goroutines holds a mutex while it writes, but not the same one.", [] {
      const auto s = shared<two_locks>();
      heddle::go(heddle::named("with a"), [s] {
        s->a.lock();
        s->count = 1;
        s->a.unlock();
      });
      heddle::go(heddle::named("with b"), [s] {
        s->b.lock();
        s->count = 2;
        s->b.unlock();
      });
    }};

struct hidden {
  heddle::var<int> value = 0;
  heddle::mutex m;
  heddle::var<int> other = 0;
};

// Most schedules hide it: whenever the writer's section comes first, the mutex orders both.
const heddle::model hidden_by_order{
    "classic/racy_hidden_by_order", expected::race,
    "A write before a critical section and a read after another one. They race only where the "
    "reader's section comes first: a detector that sees the other order alone finds nothing.",
    [] {
      const auto s = shared<hidden>();
      heddle::go(heddle::named("writer"), [s] {
        s->value = 1;
        s->m.lock();
        s->other = 1;
        s->m.unlock();
      });
      s->m.lock();
      s->other = 2;
      s->m.unlock();
      s->value.get();
    }};

struct message {
  heddle::var<int> text = 0;
  heddle::var<bool> ready = false;
  heddle::atomic<bool> published{false};
};

const heddle::model plain_flag{
    "classic/racy_flag", expected::race,
    "A message is announced by a plain flag. The flag races, and so does what it guards.", [] {
      const auto s = shared<message>();
      heddle::go(heddle::named("publisher"), [s] {
        s->text = 1;
        s->ready = true;
      });
      if (s->ready) s->text.get();
    }};

const heddle::model atomic_flag{
    "classic/published_by_atomic", expected::verified,
    "The repair: whoever sees the atomic flag set sees the message too.", [] {
      const auto s = shared<message>();
      heddle::go(heddle::named("publisher"), [s] {
        s->text = 1;
        s->published.store(true);
      });
      if (s->published.load()) heddle::check(s->text == 1, "the message is whole");
    }};

struct mailbox {
  heddle::var<int> letter = 0;
  heddle::chan<int> arrived = heddle::make_chan<int>(1);
};

const heddle::model late_write{
    "classic/racy_late_write", expected::race,
    "A letter is changed after it was sent: the send orders what came before it and nothing else.",
    [] {
      const auto s = shared<mailbox>();
      heddle::go(heddle::named("sender"), [s] {
        s->arrived.send(1);
        s->letter = 1;
      });
      s->arrived.recv();
      s->letter.get();
    }};

// With room for one, the second send completes only after the first receive.
const heddle::model room{
    "classic/ordered_by_room", expected::verified,
    "A channel of capacity one as a lock: the k-th receive happens before the (k+1)-th send "
    "completes, so two writers are kept apart.",
    [] {
      const auto s = shared<mailbox>();
      for (int i = 0; i < 2; ++i)
        heddle::go(heddle::named("writer"), [s, i] {
          s->arrived.send(i);
          s->letter = i;
          s->arrived.recv();
        });
    }};

}  // namespace
