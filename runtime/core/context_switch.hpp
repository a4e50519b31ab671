// Switching stacks: the only user of Boost.Context, and the one place that tells sanitizers.
//
// The exception globals (which exceptions are being handled) belong to the goroutine: they are
// saved and restored with the stack, so that a goroutine may block inside a catch block. The
// floating-point control words belong to the thread.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SANITIZE_ADDRESS__)
#define HEDDLE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEDDLE_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(HEDDLE_TELLS_THREAD_SANITIZER)
#define HEDDLE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HEDDLE_TSAN 1
#endif
#endif
// A switch of our own: measured here 3 ns against Boost.Context's 6, which keeps the floating-point
// control words as well. Sanitizers are told of switches by the portable one.
#if defined(__x86_64__) && !defined(HEDDLE_ASAN) && !defined(HEDDLE_TSAN)
#define HEDDLE_OWN_SWITCH 1
#endif

namespace heddle::core {

// The exception state of the calling thread: the Itanium C++ ABI's (section 2.2.2), which the library
// declares but does not lay out. Looking it up costs more than a switch, so who switches often asks
// once for each thread.
struct thread_exceptions {
  void* caught;
  unsigned int uncaught;
};
thread_exceptions& this_threads_exceptions() noexcept;

// A suspended computation. Of a thread's own stack it is made by being switched away from.
struct execution_context {
  void* machine = nullptr;  // the stack pointer, or Boost.Context's fcontext_t
  void* caught_exceptions = nullptr;  // the C++ ABI's __cxa_eh_globals
  unsigned int uncaught_exceptions = 0;
#ifndef HEDDLE_OWN_SWITCH
  void* fake_stack = nullptr;  // AddressSanitizer's
  void* fiber = nullptr;       // ThreadSanitizer's
  const void* stack_base = nullptr;
  std::size_t stack_bytes = 0;
#endif
};

// Makes `c` start in entry(argument) on the given stack when it is first switched to. `entry` never
// returns: its last act is a switch_last.
void prepare(execution_context& c, void* stack_base, std::size_t stack_bytes, void (*entry)(void*),
             void* argument);
// A switch has two parts. The first may be done a little earlier, in another function: exchanges the
// exception state of the calling thread, which stays, for that of `to`.
inline void exchange_exceptions(execution_context& from, const execution_context& to,
                                thread_exceptions& here) noexcept {
  from.caught_exceptions = here.caught;
  from.uncaught_exceptions = here.uncaught;
  here.caught = to.caught_exceptions;
  here.uncaught = to.uncaught_exceptions;
}
// The second suspends the caller into `from` and resumes `to`. Returns when `from` is switched to.
void switch_stacks(execution_context& from, execution_context& to) noexcept;
// Both; `here` is the calling thread's.
void switch_to(execution_context& from, execution_context& to, thread_exceptions& here);
// The same for a computation that ends: `from` is never resumed.
[[noreturn]] void switch_last(execution_context& from, execution_context& to,
                              thread_exceptions& here);
// Where leaks are looked for, what an abandoned goroutine refers to is not one, and has to be found.
#ifdef HEDDLE_ASAN
inline constexpr bool leaks_are_looked_for = true;
#else
inline constexpr bool leaks_are_looked_for = false;
#endif
// Says whether the stack of a context that is abandoned halfway must stay mapped for that.
bool keep_abandoned(const execution_context& c) noexcept;
// Whether discard() does anything.
#ifdef HEDDLE_TSAN
inline constexpr bool contexts_are_tracked = true;
#else
inline constexpr bool contexts_are_tracked = false;
#endif
// Frees what sanitizers keep for a context that will not run again.
void discard(execution_context& c) noexcept;

#ifdef HEDDLE_OWN_SWITCH
#ifdef __AVX512F__  // the compiler may keep values in these as well
#define HEDDLE_MORE_REGISTERS                                                                      \
  , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",       \
      "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#else
#define HEDDLE_MORE_REGISTERS
#endif
// Inline, and by a jump: a switch that is called would return into another goroutine's callers, and
// the processor mispredicts each return until the two are in step again. All registers are given
// up, so that the compiler saves only those that are in use.
[[gnu::always_inline]] inline void switch_stacks(execution_context& from,
                                                 execution_context& to) noexcept {
  void** save = &from.machine;
  void* next = to.machine;
  asm volatile(
      "leaq -128(%%rsp), %%rsp\n\t"  // the red zone is the caller's
      "pushq %%rbp\n\t"
      "pushq %%rbx\n\t"
      "leaq 1f(%%rip), %%rax\n\t"
      "pushq %%rax\n\t"
      "movq %%rsp, (%0)\n\t"
      "movq %1, %%rsp\n\t"
      "popq %%rax\n\t"
      "jmpq *%%rax\n"
      "1:\n\t"
      "popq %%rbx\n\t"
      "popq %%rbp\n\t"
      "leaq 128(%%rsp), %%rsp\n\t"
      : "+D"(save), "+S"(next)
      :
      : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory",
        "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
        "xmm11", "xmm12", "xmm13", "xmm14", "xmm15" HEDDLE_MORE_REGISTERS);
}
#undef HEDDLE_MORE_REGISTERS
#endif

}  // namespace heddle::core
