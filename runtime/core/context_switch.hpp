// Switching stacks: the only user of Boost.Context, and the one place that tells sanitizers.
//
// The exception globals (which exceptions are being handled) belong to the goroutine: they are
// saved and restored with the stack, so that a goroutine may block inside a catch block.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::core {

// The exception state of the calling thread. Looking it up costs more than a switch, so who switches
// often asks once for each thread.
struct thread_exceptions;
thread_exceptions& this_threads_exceptions() noexcept;

// A suspended computation. Of a thread's own stack it is made by being switched away from.
struct execution_context {
  void* machine = nullptr;             // Boost.Context's fcontext_t
  void* caught_exceptions = nullptr;   // the C++ ABI's __cxa_eh_globals
  unsigned int uncaught_exceptions = 0;
  void* fake_stack = nullptr;          // AddressSanitizer's
  void* fiber = nullptr;               // ThreadSanitizer's
  const void* stack_base = nullptr;
  std::size_t stack_bytes = 0;
};

// Makes `c` start in entry(argument) on the given stack when it is first switched to. `entry` never
// returns: its last act is a switch_last.
void prepare(execution_context& c, void* stack_base, std::size_t stack_bytes, void (*entry)(void*),
             void* argument);
// Suspends the caller into `from` and resumes `to`; `here` is the calling thread's. Returns when
// `from` is switched to.
void switch_to(execution_context& from, execution_context& to, thread_exceptions& here);
// The same for a computation that ends: `from` is never resumed.
[[noreturn]] void switch_last(execution_context& from, execution_context& to,
                              thread_exceptions& here);
// Says whether the stack of a context that is abandoned halfway must stay mapped: where leaks are
// looked for, what it refers to is not one.
bool keep_abandoned(const execution_context& c) noexcept;
// Frees what sanitizers keep for a context that will not run again.
void discard(execution_context& c) noexcept;

}  // namespace heddle::core
