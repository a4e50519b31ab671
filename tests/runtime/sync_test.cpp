// mutex, rw_mutex and cond, with the standard library's locks on them.
#include "heddle/sync.hpp"

#include <catch2/catch.hpp>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "both_modes.hpp"
#include "heddle/atomic.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/runtime.hpp"
#include "heddle/var.hpp"

using heddle::check;

namespace {

// Two goroutines each add one to `total` inside `guarded`; in exploration mode a lock that does not
// exclude is a race.
template <class Guarded>
void add_twice(Guarded guarded) {
  heddle::var<int> total = 0;
  heddle::wait_group wg;
  for (int i = 0; i < 2; ++i) wg.go([&] { guarded([&] { total += 1; }); });
  wg.wait();
  check(total == 2);
}

}  // namespace

TEST_CASE("a mutex excludes under lock_guard") {
  in_both_modes([] {
    heddle::mutex m;
    add_twice([&](auto f) {
      const std::lock_guard hold(m);
      f();
    });
  });
}

TEST_CASE("a mutex excludes under unique_lock") {
  in_both_modes([] {
    heddle::mutex m;
    add_twice([&](auto f) {
      std::unique_lock hold(m, std::defer_lock);
      hold.lock();
      f();
    });
  });
}

TEST_CASE("an rw_mutex's write lock excludes under unique_lock") {
  in_both_modes([] {
    heddle::rw_mutex m;
    add_twice([&](auto f) {
      const std::unique_lock hold(m);
      f();
    });
  });
}

TEMPLATE_TEST_CASE("scoped_lock locks two mutexes in either order and never lives on in vain", "",
                   heddle::mutex, heddle::rw_mutex) {
  in_performance_mode([] {
    TestType a, b;
    heddle::wait_group wg;
    int total = 0;
    const auto add = [&](TestType& first, TestType& second) {
      const std::scoped_lock hold(first, second);
      const int before = total;
      heddle::yield();
      total = before + 1;
    };
    for (int i = 0; i < 5; ++i) {
      wg.go([&] { add(a, b); });
      wg.go([&] { add(b, a); });
    }
    wg.wait();
    REQUIRE(total == 10);
  });
}

TEST_CASE("a mutex is handed to a waiter that was overtaken") {
  in_performance_mode([] {
    heddle::mutex m;
    bool entered = false;
    m.lock();
    heddle::go([&] {
      const std::lock_guard hold(m);
      entered = true;
    });
    heddle::yield();
    while (!entered) {  // gives the lock up and takes it again before the waiter can run
      m.unlock();
      m.lock();
      heddle::yield();
    }
  });
}

TEST_CASE("try_lock takes a free mutex and no other") {
  in_both_modes([] {
    heddle::mutex m;
    check(m.try_lock());
    check(!m.try_lock());
    m.unlock();
    const std::unique_lock hold(m, std::try_to_lock);
    check(hold.owns_lock());
  });
}

TEST_CASE("a mutex may be unlocked by another goroutine") {
  in_both_modes([] {
    heddle::mutex m;
    m.lock();
    heddle::go([&] { m.unlock(); });
    m.lock();
    m.unlock();
  });
}

TEST_CASE("a mutex goes to the goroutine that has waited longest") {
  in_performance_mode([] {
    heddle::mutex m;
    std::string order;
    heddle::wait_group wg;
    m.lock();
    for (char name : {'a', 'b', 'c'}) {
      wg.go([&, name] {
        const std::lock_guard hold(m);
        order += name;
      });
    }
    heddle::yield();
    m.unlock();
    wg.wait();
    REQUIRE(order == "abc");
  }, in_order());
}

TEST_CASE("readers share an rw_mutex") {
  in_both_modes([] {
    heddle::rw_mutex m;
    heddle::wait_group other;
    const auto entered = heddle::make_chan<int>();
    {
      const std::shared_lock mine(m);
      other.go([&, entered] {
        const std::shared_lock theirs(m);
        entered.send(1);
      });
      check(entered.recv() == 1);
      check(!m.try_lock());
    }
    other.wait();
  });
}

TEST_CASE("a writer holds readers and writers back") {
  in_both_modes([] {
    heddle::rw_mutex m;
    check(m.try_lock());
    check(!m.try_lock());
    check(!m.try_lock_shared());
    m.unlock();
    check(m.try_lock_shared());
    m.unlock_shared();
  });
}

TEST_CASE("a writer that waits holds back new readers") {
  in_performance_mode([] {
    heddle::rw_mutex m;
    heddle::wait_group done;
    m.lock_shared();
    done.go([&] { const std::lock_guard hold(m); });
    until_blocked(1);  // the writer waits now
    REQUIRE_FALSE(m.try_lock_shared());
    m.unlock_shared();
    done.wait();
    REQUIRE(m.try_lock_shared());
    m.unlock_shared();
  });
}

// Where a new reader could pass the waiting writer, this would be verified.
TEST_CASE("a goroutine that read-locks twice can deadlock with a writer") {
  const heddle::checker::result found = heddle::checker::check([] {
    heddle::rw_mutex m;
    heddle::wait_group done;
    done.go([&] { const std::lock_guard hold(m); });
    {
      const std::shared_lock outer(m);
      const std::shared_lock inner(m);
    }
    done.wait();
  });
  REQUIRE(found.verdict == heddle::checker::verdict::failed);
  REQUIRE(found.what == heddle::checker::kind::deadlock);
}

TEST_CASE("readers that a writer held back go in before the next writer") {
  in_performance_mode([] {
    heddle::rw_mutex m;
    heddle::atomic<int> readers{0};
    int before_the_writer = 0;
    heddle::wait_group wg;
    m.lock();
    wg.go([&] {
      const std::lock_guard hold(m);
      before_the_writer = readers.load();
    });
    for (int i = 0; i < 2; ++i) {
      wg.go([&] {
        const std::shared_lock hold(m);
        readers.add(1);
      });
    }
    // Several workers: until all three wait, and the writer before it was let in.
    until_blocked(3);
    m.unlock();
    wg.wait();
    REQUIRE(before_the_writer == 2);
  });
}

namespace {

// Goroutines that wait for a condition, on any worker.
struct condition_waiters {
  heddle::mutex m;
  heddle::cond c{m};
  int waiting = 0;  // guarded by m, as is the next
  int woken = 0;
  heddle::wait_group ended;

  // Starts `n` of them, and returns when all wait: they give m up only as they join the queue.
  void start(int n) {
    for (int i = 0; i < n; ++i)
      ended.go([this] {
        const std::lock_guard hold(m);
        ++waiting;
        c.wait();
        ++woken;
      });
    until(waiting, n);
  }
  void until(int& count, int reaches) {
    for (;;) {
      {
        const std::lock_guard hold(m);
        if (count == reaches) return;
      }
      heddle::yield();
    }
  }
};

}  // namespace

TEST_CASE("signal wakes one waiter") {
  in_performance_mode([] {
    condition_waiters w;
    w.start(3);
    for (int i = 1; i <= 3; ++i) {
      w.c.signal();
      w.until(w.woken, i);
      heddle::yield();
      const std::lock_guard hold(w.m);
      REQUIRE(w.woken == i);
    }
    w.c.signal();  // nobody waits: nothing is remembered
    w.ended.wait();
  });
}

TEST_CASE("broadcast wakes every waiter") {
  in_performance_mode([] {
    condition_waiters w;
    w.start(3);
    w.c.broadcast();
    w.ended.wait();
  });
}

TEST_CASE("a condition wait with a predicate returns when it holds") {
  in_both_modes([] {
    heddle::mutex m;
    heddle::cond c(m);
    bool ready = false;
    heddle::go([&] {
      const std::lock_guard hold(m);
      ready = true;
      c.signal();
    });
    const std::lock_guard hold(m);
    c.wait_until([&] { return ready; });
    check(ready && !m.try_lock());
  });
}
