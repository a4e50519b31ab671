#include "context_switch.hpp"

#include <cxxabi.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define HEDDLE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEDDLE_ASAN 1
#endif
#endif
#ifdef HEDDLE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif

#include "thread_sanitizer.hpp"

namespace heddle::core {

namespace bc = boost::context::detail;

// The Itanium C++ ABI's per-thread exception state (section 2.2.2), which the library declares but
// does not lay out.
struct thread_exceptions {
  void* caught;
  unsigned int uncaught;
};

// The library declares its function const; the barrier keeps the compiler from remembering the
// address across a switch, after which the thread may be another.
[[gnu::noinline]] thread_exceptions& this_threads_exceptions() noexcept {
  asm volatile("" ::: "memory");
  return *reinterpret_cast<thread_exceptions*>(__cxxabiv1::__cxa_get_globals());
}

namespace {

// What a context that starts for the first time runs; lies at the top of its stack.
struct start_record {
  void (*entry)(void*);
  void* argument;
};
constexpr std::size_t start_record_bytes = 64;  // keeps the frames below it aligned

start_record* record_of(const void* stack_base, std::size_t stack_bytes) {
  auto* top = static_cast<char*>(const_cast<void*>(stack_base)) + stack_bytes;
  return reinterpret_cast<start_record*>(top - start_record_bytes);
}

// A switch orders nothing, but where Heddle itself is compiled with ThreadSanitizer: then its own
// accesses are seen, and what one worker does for several goroutines is in order.
#if defined(__SANITIZE_THREAD__)
#define HEDDLE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HEDDLE_TSAN 1
#endif
#endif
#ifdef HEDDLE_TSAN
constexpr unsigned switch_flags = 0;
#else
constexpr unsigned switch_flags = 1;  // __tsan_switch_to_fiber_no_sync
#endif

struct hand_over {
  execution_context* from;
  execution_context* to;
  thread_exceptions* here;  // of the thread that switches
};

void leave([[maybe_unused]] execution_context& from, [[maybe_unused]] const execution_context& to,
           thread_exceptions& mine, [[maybe_unused]] bool last) {
  from.caught_exceptions = mine.caught;
  from.uncaught_exceptions = mine.uncaught;
#ifdef HEDDLE_ASAN
  __sanitizer_start_switch_fiber(last ? nullptr : &from.fake_stack, to.stack_base, to.stack_bytes);
#endif
  if (has_thread_sanitizer()) [[unlikely]] {
    if (from.fiber == nullptr) from.fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to.fiber, switch_flags);
  }
}

void arrive(execution_context& self, bc::transfer_t t) {
  const hand_over& hand = *static_cast<hand_over*>(t.data);
  execution_context* came_from = hand.from;
  came_from->machine = t.fctx;
#ifdef HEDDLE_ASAN
  const void* base = nullptr;
  std::size_t bytes = 0;
  __sanitizer_finish_switch_fiber(self.fake_stack, &base, &bytes);
  came_from->stack_base = base;
  came_from->stack_bytes = bytes;
#endif
  thread_exceptions& mine = *hand.here;
  mine.caught = self.caught_exceptions;
  mine.uncaught = self.uncaught_exceptions;
}

void first_run(bc::transfer_t t) {
  execution_context& self = *static_cast<hand_over*>(t.data)->to;
  const start_record record = *record_of(self.stack_base, self.stack_bytes);
  arrive(self, t);
  record.entry(record.argument);
  std::abort();  // entry never returns
}

void jump(execution_context& from, execution_context& to, thread_exceptions& here, bool last) {
  leave(from, to, here, last);
  hand_over both{&from, &to, &here};
  auto* machine = static_cast<bc::fcontext_t>(to.machine);
  const bc::transfer_t t = bc::jump_fcontext(machine, &both);
  arrive(from, t);
}

}  // namespace

void prepare(execution_context& c, void* stack_base, std::size_t stack_bytes, void (*entry)(void*),
             void* argument) {
#ifdef HEDDLE_ASAN
  __asan_unpoison_memory_region(stack_base, stack_bytes);  // an abandoned goroutine's frames
#endif
  auto* record = new (record_of(stack_base, stack_bytes)) start_record{entry, argument};
  c = execution_context{};
  c.stack_base = stack_base;
  c.stack_bytes = stack_bytes;
  c.machine = bc::make_fcontext(record, stack_bytes - start_record_bytes, &first_run);
  if (has_thread_sanitizer()) [[unlikely]]
    c.fiber = __tsan_create_fiber(0);
}

void switch_to(execution_context& from, execution_context& to, thread_exceptions& here) {
  jump(from, to, here, false);
}

void switch_last(execution_context& from, execution_context& to, thread_exceptions& here) {
  jump(from, to, here, true);
  std::abort();  // a finished computation was resumed
}

bool keep_abandoned([[maybe_unused]] const execution_context& c) noexcept {
#ifdef HEDDLE_ASAN
  __lsan_register_root_region(c.stack_base, c.stack_bytes);
  return true;
#else
  return false;
#endif
}

void discard([[maybe_unused]] execution_context& c) noexcept {
  if (c.fiber != nullptr && has_thread_sanitizer()) __tsan_destroy_fiber(c.fiber);
  c.fiber = nullptr;
}

}  // namespace heddle::core
