// What takes no memory from the heap once it has run for a while. Sanitizers have allocators of
// their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <new>

#include "both_modes.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"

namespace {

std::atomic<long> allocations{0};
std::atomic<long> frees{0};

}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) ++frees;
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace {

using heddle::make_chan;

// How many allocations one turn of `f` makes in the end, on one and on two workers.
void require_none(const std::function<void()>& f) {
  for (const int workers : {1, 2})
    in_performance_mode(
        [&] {
          for (int i = 0; i < 2000; ++i) f();
          const long before = allocations;
          for (int i = 0; i < 2000; ++i) f();
          heddle::check(allocations - before < 10, "it allocates");  // queues may grow once more
        },
        {.procs = workers});
}

}  // namespace

TEST_CASE("starting a goroutine allocates nothing") {
  require_none([] {
    heddle::wait_group wg;
    for (int i = 0; i < 10; ++i) wg.go([i] { static_cast<void>(i); });
    wg.wait();
  });
}

TEST_CASE("sending, receiving and locking allocate nothing, also where they block") {
  const auto there = make_chan<int>();
  const auto back = make_chan<int>(1);
  heddle::mutex m;
  require_none([&] {
    heddle::wait_group wg;
    wg.go([&] {
      const std::lock_guard hold(m);
      back.send(*there.recv());
    });
    there.send(1);
    back.recv();
    m.lock();
    m.unlock();
    wg.wait();
  });
}

TEST_CASE("a select of up to eight cases allocates nothing, also where it blocks") {
  const auto a = make_chan<int>();
  const auto b = make_chan<int>();
  require_none([&] {
    heddle::wait_group wg;
    wg.go([&] { b.send(1); });
    heddle::select(heddle::recv(a), heddle::recv(a), heddle::recv(a), heddle::recv(a),
                   heddle::recv(a), heddle::recv(a), heddle::recv(a), heddle::recv(b));
    wg.wait();
  });
}

TEST_CASE("a timer and its channel are one allocation") {
  for (const int workers : {1, 2})
    in_performance_mode(
        [] {
          const auto make_and_stop = [] { heddle::timer(std::chrono::hours(1)).stop(); };
          for (int i = 0; i < 2000; ++i) make_and_stop();
          const long before = allocations;
          for (int i = 0; i < 2000; ++i) make_and_stop();
          const long made = allocations - before;  // other workers may make a few
          heddle::check(2000 <= made && made < 2010, "it takes more");
        },
        {.procs = workers});
}

TEST_CASE("a million selects beside a timer that nobody has afterwards keep no memory") {
  for (const int workers : {1, 2})
    in_performance_mode(
        [] {
          const auto ready = make_chan<int>(1);
          const auto held = [] { return allocations - frees; };
          const long before = held();
          for (int i = 0; i < 1'000'000; ++i) {
            ready.send(i);
            heddle::select(heddle::recv(ready),
                           heddle::recv(heddle::after(std::chrono::hours(1))));
          }
          heddle::check(held() - before < 100, "timers are kept");
        },
        {.procs = workers});
}
#endif
