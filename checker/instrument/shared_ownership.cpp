// What the standard library does with atomics of its own: the reference counts of shared_ptr, and
// the guards of static variables. They order, but are no operations: counts go up and down in
// any order without a difference, but for who is the last; and a static variable is made once for
// all executions.
//
// heddle_instrument() makes the library call __exchange_and_add and __atomic_add out of line.
#include "heddle/detail/instrumented.hpp"

#include <ext/atomicity.h>

#include <atomic>

#include "heddle/runtime.hpp"
#include "watch.hpp"

namespace {

using heddle::instrument::watching;

void note_count(volatile int* count, int before, int delta) {
  const heddle::instrument::goroutine_calls* g = watching().running();
  if (g == nullptr || g->foreign() || delta >= 0) return;
  const auto by = reinterpret_cast<std::uintptr_t>(count);
  if (before + delta != 0) return watching().pass_on(by);
  watching().learn(by);  // the last owner comes after all that let go before
  watching().forget(by);
}

// Null while nothing is explored, so that no hook is needed to make the watch itself.
const heddle::instrument::goroutine_calls* running() {
  return heddle::detail::exploring ? watching().running() : nullptr;
}

void pass_guard_on(void* guard) {
  if (running() != nullptr)
    watching().pass_on(reinterpret_cast<std::uintptr_t>(guard));
}

// The byte that the compiler's own fast path loads, and one for "somebody makes it".
struct guard_bytes {
  std::atomic<unsigned char> made;    // release by who made it; acquire by the fast path
  std::atomic<unsigned char> making;  // one of many: exchange
};

guard_bytes& bytes_of(void* guard) { return *static_cast<guard_bytes*>(guard); }

}  // namespace

namespace __gnu_cxx {

int __exchange_and_add(volatile int* count, int delta) noexcept {
  if (!heddle::detail::exploring) [[likely]]
    return __atomic_fetch_add(count, delta, __ATOMIC_ACQ_REL);
  const int before = *count;  // one thread explores
  *count = before + delta;
  note_count(count, before, delta);
  return before;
}

void __atomic_add(volatile int* count, int delta) noexcept { __exchange_and_add(count, delta); }

}  // namespace __gnu_cxx

extern "C" {

// libstdc++ counts without atomics while it believes that there is one thread.
extern char __libc_single_threaded;

int __cxa_guard_acquire(void* guard) {
  guard_bytes& g = bytes_of(guard);
  for (;;) {
    if (g.made.load(std::memory_order_acquire) != 0) {
      if (running() != nullptr)
        watching().learn(reinterpret_cast<std::uintptr_t>(guard));
      return 0;
    }
    if (g.making.exchange(1, std::memory_order_acq_rel) == 0) return 1;
    if (running() != nullptr) {
      heddle::yield();
    } else {
      __builtin_ia32_pause();
    }
  }
}

void __cxa_guard_release(void* guard) noexcept {
  pass_guard_on(guard);
  bytes_of(guard).made.store(1, std::memory_order_release);
  bytes_of(guard).making.store(0, std::memory_order_release);
}

void __cxa_guard_abort(void* guard) noexcept {
  bytes_of(guard).making.store(0, std::memory_order_release);
}

}  // extern "C"

namespace {

[[gnu::constructor]] void believe_in_threads() { __libc_single_threaded = 0; }

}  // namespace
