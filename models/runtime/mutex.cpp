// A mutex's byte and its queue, as they ship, under the memory of x86: whatever its users do at the
// same time, one of them holds it, and whoever waits gets it.
#include <deque>
#include <memory>

#include "heddle/chan.hpp"
#include "heddle/detail/lock_state.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"
#include "lock_queue.hpp"
#include "machine_memory.hpp"

namespace {

using memory::as_worker;
using memory::seeded;

// A mistake in what surrounds the queue.
enum class mistake {
  none,
  woken_stays,      // the flag that a waiter is on its way is never cleared
  guard_too_early,  // a waiter lets go of the guard before it may be woken
};

// Who waits: it may be woken once it has left its stack.
struct waiter {
  heddle::var<bool> left = false;
  heddle::chan<bool> called = heddle::make_chan<bool>(1);
  bool ok = false;
  bool overtaken = false;
};

class queue {
 public:
  bool empty() const { return waiters_.empty(); }
  void push(waiter& w) { waiters_.push_back(&w); }
  void push_front(waiter& w) { waiters_.push_front(&w); }
  waiter* pop() {
    if (waiters_.empty()) return nullptr;
    waiter* first = waiters_.front();
    waiters_.pop_front();
    return first;
  }

 private:
  std::deque<waiter*> waiters_;
};

template <mistake Made>
class flag {
 public:
  operator bool() const { return value_; }
  flag& operator=(bool value) {
    if (Made != mistake::woken_stays || value) value_ = value;
    return *this;
  }

 private:
  heddle::var<bool> value_ = false;  // so that an access without the guard is found
};

// runtime/core/mutex.cpp, but for how goroutines block. Nobody spins.
template <seeded Bug, mistake Made>
class mutex {
 public:
  bool try_lock() { return state_.take(); }
  void lock() {
    if (try_lock()) return;
    waiter self;
    guard_.lock();
    parts().wait(self, [&] {
      if (Made == mistake::guard_too_early) guard_.unlock();
      self.left = true;
      if (Made != mistake::guard_too_early) guard_.unlock();
      self.called.recv();
      self.left = false;
    });
  }
  void unlock() {
    if (state_.give_up()) return;
    const auto woken = parts().give_up();
    heddle::check(woken.has_value(), "unlock of unlocked mutex");
    if (*woken == nullptr) return;
    heddle::check((*woken)->left, "a goroutine was woken that had not left its stack");
    as_worker::wait_until_own_is_empty();  // queueing it exchanges
    (*woken)->called.send(true);
  }

 private:
  auto parts() { return heddle::core::lock_queue{state_, guard_, woken_, waiters_}; }

  heddle::detail::basic_lock_state<memory::x86<Bug>> state_;
  memory::spin_lock guard_;
  flag<Made> woken_;
  queue waiters_;
};

template <seeded Bug, mistake Made = mistake::none>
struct scene {
  explicit scene(std::size_t users) : processors(users) {}
  memory::machine processors;
  mutex<Bug, Made> lock;
  heddle::var<int> guarded = 0;
  heddle::wait_group done;
};

// Each of the users locks and unlocks as often as said, and writes what the mutex guards meanwhile.
template <seeded Bug = seeded::nothing, mistake Made = mistake::none>
void users(std::initializer_list<int> times) {
  const auto s = std::make_shared<scene<Bug, Made>>(times.size());
  int all = 0;
  std::size_t who = 0;
  for (const int n : times) {
    all += n;
    s->done.go([s, n, me = who++] {
      const as_worker processor(s->processors, me);
      for (int i = 0; i < n; ++i) {
        s->lock.lock();
        s->guarded += 1;
        s->lock.unlock();
      }
    });
  }
  s->done.wait();
  heddle::check(s->guarded == all, "an update was lost");
}

const heddle::model three_users{
    "runtime/mutex", heddle::expected::verified,
    "Three users lock a mutex once each: each gets it, and none beside another.",
    [] { users({1, 1, 1}); }};

const heddle::model overtaking{
    "runtime/mutex_overtaken", heddle::expected::verified,
    "One of two users locks twice, and may overtake the other, which is handed the lock then.",
    [] { users({2, 1}); }};

// Two users that do not wait.
template <seeded Bug>
void two_who_try() {
  const auto s = std::make_shared<scene<Bug>>(2);
  for (std::size_t who = 0; who < 2; ++who)
    s->done.go([s, who] {
      const as_worker processor(s->processors, who);
      if (s->lock.try_lock()) s->guarded += 1;
    });
  s->done.wait();
}

const heddle::model try_without_atomicity{
    "runtime/mutex_try_without_atomicity", heddle::expected::race,
    "Seeded: the byte is compared and exchanged in two steps. Two users hold the lock.",
    two_who_try<seeded::compare_exchange_in_two>};

// Of two users the first has the lock and gives it up while the second comes.
template <seeded Bug>
void one_gives_up() {
  const auto s = std::make_shared<scene<Bug>>(2);
  s->lock.lock();
  s->done.go([s] {
    const as_worker processor(s->processors, 0);
    s->lock.unlock();
  });
  s->done.go([s] {
    const as_worker processor(s->processors, 1);
    s->lock.lock();
  });
  s->done.wait();
}

const heddle::model wait_without_atomicity{
    "runtime/mutex_wait_without_atomicity", heddle::expected::deadlock,
    "Seeded: the same. A user says that it waits while the holder gives the lock up; one of the two "
    "changes of the byte is lost, and nobody wakes the user.",
    one_gives_up<seeded::compare_exchange_in_two>};

const heddle::model woken_stays{
    "runtime/mutex_woken_stays", heddle::expected::deadlock,
    "Seeded: a waiter that has come does not say so. Who waits next is not awaited for, and sleeps "
    "for ever.",
    [] { users<seeded::nothing, mistake::woken_stays>({1, 1, 1}); }};

const heddle::model guard_too_early{
    "runtime/mutex_guard_too_early", heddle::expected::race,
    "Seeded: a waiter lets go of the guard before it has left its stack. It is woken while it still "
    "runs.",
    [] { users<seeded::nothing, mistake::guard_too_early>({1, 1}); }};

}  // namespace
