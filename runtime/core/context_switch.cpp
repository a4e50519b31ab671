#include "context_switch.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <new>

#ifndef HEDDLE_OWN_SWITCH
#include <boost/context/detail/fcontext.hpp>
#endif
#ifdef HEDDLE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef HEDDLE_TSAN
#include <sanitizer/tsan_interface.h>

#include "heddle/detail/seam.hpp"
#include "heddle/detail/thread_sanitizer.hpp"
#include "own_order.hpp"
#endif

#ifdef HEDDLE_OWN_SWITCH
// Where a new stack starts: takes a function and its argument from the stack.
extern "C" void heddle_start_stack();

asm(R"(
.text
.p2align 4
.globl heddle_start_stack
.hidden heddle_start_stack
.type heddle_start_stack,@function
heddle_start_stack:
  .cfi_startproc
  .cfi_undefined rip
  popq %rdi
  popq %rax
  xorl %ebp, %ebp
  callq *%rax
  ud2
  .cfi_endproc
.size heddle_start_stack,.-heddle_start_stack
)");
#endif

namespace heddle::core {

// The library declares its function const; the barrier keeps the compiler from remembering the
// address across a switch, after which the thread may be another.
[[gnu::noinline]] thread_exceptions& this_threads_exceptions() noexcept {
  asm volatile("" ::: "memory");
  return *reinterpret_cast<thread_exceptions*>(__cxxabiv1::__cxa_get_globals());
}

#ifdef HEDDLE_OWN_SWITCH

namespace {

// What a new stack holds, from the stack pointer up.
struct start_record {
  void* resume_at;  // what switch_stacks jumps to
  void* argument;
  void* entry;
  void* padding = nullptr;  // the stack pointer is a multiple of 16 where heddle_start_stack calls
};

}  // namespace

void prepare(execution_context& c, void* stack_base, std::size_t stack_bytes, void (*entry)(void*),
             void* argument) {
  char* top = static_cast<char*>(stack_base) + stack_bytes;
  auto* record = new (top - 40) start_record{};
  record->resume_at = reinterpret_cast<void*>(&heddle_start_stack);
  record->argument = argument;
  record->entry = reinterpret_cast<void*>(entry);
  c.machine = record;
  c.caught_exceptions = nullptr;
  c.uncaught_exceptions = 0;
}

void switch_to(execution_context& from, execution_context& to, thread_exceptions& here) {
  exchange_exceptions(from, to, here);
  switch_stacks(from, to);
}

void switch_last(execution_context& from, execution_context& to, thread_exceptions& here) {
  switch_to(from, to, here);
  std::abort();  // a finished computation was resumed
}

bool keep_abandoned(const execution_context&) noexcept { return false; }

void discard(execution_context&) noexcept {}

#else

namespace bc = boost::context::detail;

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

struct hand_over {
  execution_context* from;
  execution_context* to;
};

#ifdef HEDDLE_TSAN

// The calling thread's, once it has switched.
[[gnu::noinline]] void*& own_fiber() noexcept {
  static thread_local void* own = nullptr;
  asm volatile("" ::: "memory");
  return own;
}

// Where primitives tell what they order, a switch is no order. Where the runtime is instrumented
// itself, and where one thread explores, it is one: fields of theirs pass from one to the next.
unsigned switch_flags() noexcept {
  return order_is_told && !detail::exploring ? __tsan_switch_to_fiber_no_sync : 0;
}

// A new fiber comes after the one that makes it: not after the goroutine that gave up its turn, but
// after this thread's own.
void* new_fiber() noexcept {
  void* const current = __tsan_get_current_fiber();
  void* const own = order_is_told ? own_fiber() : nullptr;
  if (own == nullptr || own == current) return __tsan_create_fiber(0);
  __tsan_switch_to_fiber(own, switch_flags());
  void* const made = __tsan_create_fiber(0);
  __tsan_switch_to_fiber(current, switch_flags());
  return made;
}

#endif

void leave([[maybe_unused]] execution_context& from, [[maybe_unused]] const execution_context& to,
           [[maybe_unused]] bool last) {
#ifdef HEDDLE_ASAN
  __sanitizer_start_switch_fiber(last ? nullptr : &from.fake_stack, to.stack_base, to.stack_bytes);
#endif
#ifdef HEDDLE_TSAN
  if (from.fiber == nullptr) own_fiber() = from.fiber = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(to.fiber, switch_flags());
#endif
}

void arrive([[maybe_unused]] execution_context& self, bc::transfer_t t) {
  execution_context* came_from = static_cast<hand_over*>(t.data)->from;
  came_from->machine = t.fctx;
#ifdef HEDDLE_ASAN
  const void* base = nullptr;
  std::size_t bytes = 0;
  __sanitizer_finish_switch_fiber(self.fake_stack, &base, &bytes);
  came_from->stack_base = base;
  came_from->stack_bytes = bytes;
#endif
}

void first_run(bc::transfer_t t) {
  execution_context& self = *static_cast<hand_over*>(t.data)->to;
  const start_record record = *record_of(self.stack_base, self.stack_bytes);
  arrive(self, t);
  record.entry(record.argument);
  std::abort();  // entry never returns
}

void jump(execution_context& from, execution_context& to, bool last) {
  leave(from, to, last);
  hand_over both{&from, &to};
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
#ifdef HEDDLE_TSAN
  detail::forget_memory(stack_base, stack_bytes);
#endif
  auto* record = new (record_of(stack_base, stack_bytes)) start_record{entry, argument};
  c = execution_context{};
  c.stack_base = stack_base;
  c.stack_bytes = stack_bytes;
  c.machine = bc::make_fcontext(record, stack_bytes - start_record_bytes, &first_run);
#ifdef HEDDLE_TSAN
  c.fiber = new_fiber();
#endif
}

void switch_stacks(execution_context& from, execution_context& to) noexcept {
  jump(from, to, false);
}

void switch_to(execution_context& from, execution_context& to, thread_exceptions& here) {
  exchange_exceptions(from, to, here);
  jump(from, to, false);
}

void switch_last(execution_context& from, execution_context& to, thread_exceptions& here) {
  exchange_exceptions(from, to, here);
  jump(from, to, true);
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
#ifdef HEDDLE_TSAN
  if (c.fiber != nullptr) __tsan_destroy_fiber(c.fiber);
  c.fiber = nullptr;
#endif
}

#ifdef HEDDLE_TELLS_THREAD_SANITIZER

own_order::own_order() noexcept
    : maker_(__tsan_get_current_fiber()), own_(__tsan_create_fiber(0)) {
  __tsan_switch_to_fiber(own_, __tsan_switch_to_fiber_no_sync);
  AnnotateIgnoreReadsBegin("", 0);
}

own_order::~own_order() {
  AnnotateIgnoreReadsEnd("", 0);
  __tsan_switch_to_fiber(maker_, __tsan_switch_to_fiber_no_sync);
  __tsan_destroy_fiber(own_);
}

#endif

#endif

}  // namespace heddle::core
