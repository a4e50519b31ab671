// The smaller lock programs of SCTBench (Thomson, Donaldson and Betts, PPoPP 2014), after its
// wronglock_bad.c, account_bad.c, lazy01_bad.c, carter01_bad.c and stack_bad.c.
//
// Shared plain variables of the originals are atomics here, so that each access is a decision.
// What is shared outlives main, since a failing check ends its execution anywhere.
#include <memory>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

namespace {

using counter = heddle::atomic<int>;

struct two_locks {
  heddle::mutex right, wrong;
  counter value{0};
  heddle::wait_group done;
};

void wrong_lock(int others) {
  const auto s = std::make_shared<two_locks>();
  s->done.add(1 + others);
  heddle::go(heddle::named("checker"), [s] {
    s->right.lock();
    const int before = s->value.load();
    s->value.store(s->value.load() + 1);
    heddle::check(s->value.load() == before + 1, "nobody else changes the value under the lock");
    s->right.unlock();
    s->done.done();
  });
  for (int i = 0; i < others; ++i)
    heddle::go(heddle::named("other"), [s] {
      s->wrong.lock();
      s->value.store(s->value.load() + 1);
      s->wrong.unlock();
      s->done.done();
    });
  s->done.wait();
}

constexpr const char* wronglock_about =
    "One goroutine updates a value under its lock, the others under a different lock.";
const heddle::model wronglock{
    "bugs/wronglock",
    heddle::expected::assertion,
    wronglock_about,
    [] { wrong_lock(7); },
    {.time = "", .strategy = "surw", .max_executions = 20000, .max_steps = 0, .count = 0}};
const heddle::model wronglock_3{"bugs/wronglock_3", heddle::expected::assertion, wronglock_about,
                                [] { wrong_lock(3); }};

struct bank {
  heddle::mutex lock;
  counter balance{1};
  heddle::atomic<bool> deposited{false};
  heddle::atomic<bool> withdrawn{false};
};

const heddle::model account{
    "bugs/account", heddle::expected::assertion,
    "A deposit, a withdrawal and a check under one mutex; the check adds up wrongly, which shows "
    "when it comes last.",
    [] {
      constexpr int before = 1, deposit = 2, withdrawal = 4;
      const auto b = std::make_shared<bank>();
      heddle::go(heddle::named("checker"), [b] {
        b->lock.lock();
        if (b->deposited.load() && b->withdrawn.load())
          heddle::check(b->balance.load() == before - deposit - withdrawal, "the balance adds up");
        b->lock.unlock();
      });
      heddle::go(heddle::named("deposit"), [b] {
        b->lock.lock();
        b->balance.store(b->balance.load() + deposit);
        b->deposited.store(true);
        b->lock.unlock();
      });
      heddle::go(heddle::named("withdrawal"), [b] {
        b->lock.lock();
        b->balance.store(b->balance.load() - withdrawal);
        b->withdrawn.store(true);
        b->lock.unlock();
      });
    }};

struct locked_counter {
  heddle::mutex lock;
  counter value{0};
  heddle::wait_group done;
};

void add_under_lock(locked_counter& s, int amount) {
  s.lock.lock();
  s.value.store(s.value.load() + amount);
  s.lock.unlock();
  s.done.done();
}

const heddle::model lazy01{
    "bugs/lazy01", heddle::expected::assertion,
    "Two additions under one mutex, and a check that holds unless it comes after both.", [] {
      const auto s = std::make_shared<locked_counter>();
      s->done.add(3);
      heddle::go(heddle::named("one"), [s] { add_under_lock(*s, 1); });
      heddle::go(heddle::named("two"), [s] { add_under_lock(*s, 2); });
      heddle::go(heddle::named("checker"), [s] {
        s->lock.lock();
        heddle::check(s->value.load() < 3, "the value stays below three");
        s->lock.unlock();
        s->done.done();
      });
      s->done.wait();
    }};

// One of two groups of users; the first of a group takes `turn`, the last gives it back.
void use_as_group(heddle::mutex& gate, heddle::mutex& turn, counter& users) {
  gate.lock();
  if (users.add(1) == 1) turn.lock();
  gate.unlock();
  gate.lock();
  if (users.add(-1) == 0) turn.unlock();
  gate.unlock();
}

struct two_groups {
  heddle::mutex gate, turn;
  counter left{0}, right{0};
  heddle::wait_group done;
};

const heddle::model carter01{
    "bugs/carter01", heddle::expected::deadlock,
    "Two groups take turns by a lock that is taken while a gate is held. Who waits for the turn "
    "keeps the gate shut for the one who would give it back.",
    [] {
      const auto s = std::make_shared<two_groups>();
      s->done.add(4);
      heddle::go(heddle::named("left"), [s] {
        use_as_group(s->gate, s->turn, s->left);
        s->done.done();
      });
      heddle::go(heddle::named("right"), [s] {
        use_as_group(s->gate, s->turn, s->right);
        s->done.done();
      });
      heddle::go(heddle::named("idle"), [s] { s->done.done(); });
      heddle::go(heddle::named("idle"), [s] { s->done.done(); });
      s->done.wait();
    }};

struct stack {
  static constexpr int size = 10;
  heddle::mutex lock;
  counter top{0};
  heddle::atomic<bool> pushed{false};
  heddle::wait_group done;
};

const heddle::model unchecked_stack{
    "bugs/stack", heddle::expected::assertion,
    "A stack whose popper asks whether anything was ever pushed, not whether anything is there.",
    [] {
      const auto s = std::make_shared<stack>();
      s->done.add(2);
      heddle::go(heddle::named("pusher"), [s] {
        for (int i = 0; i < stack::size; ++i) {
          s->lock.lock();
          heddle::check(s->top.load() != stack::size, "the stack does not overflow");
          s->top.store(s->top.load() + 1);
          s->pushed.store(true);
          s->lock.unlock();
        }
        s->done.done();
      });
      heddle::go(heddle::named("popper"), [s] {
        for (int i = 0; i < stack::size; ++i) {
          s->lock.lock();
          if (s->pushed.load()) {
            heddle::check(s->top.load() != 0, "the stack does not underflow");
            s->top.store(s->top.load() - 1);
          }
          s->lock.unlock();
        }
        s->done.done();
      });
      s->done.wait();
    }};

}  // namespace
