// What a program that ends by a panic, a deadlock or a stack overflow prints, after Go's reports.
//
//   panic: send on closed channel
//
//   goroutine reader [running]:
//           raised at serve.cpp:31
//           created at serve.cpp:12
//
//   goroutine main [blocked]:
//           waits to receive at serve.cpp:14
//           created at main.cpp:3
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "pooled_goroutine.hpp"

namespace heddle::performance {

// Goroutines in the order of their creation.
using goroutine_list = std::vector<const pooled_goroutine*>;

// `running` is where the panic was raised, or null outside of a goroutine.
std::string panic_report(const std::exception_ptr& uncaught, const pooled_goroutine* running,
                         const goroutine_list& all);
std::string deadlock_report(const goroutine_list& all);

// Prints the report on standard error and ends the process with status 2. No destructors run:
// stacks are live. The report comes first: only then is standard output flushed, if nobody is busy
// with it.
[[noreturn]] void end_process(std::string_view report) noexcept;
// The same for a goroutine that has used up its stack. Allocates nothing, takes no lock and flushes
// nothing, since the fault may lie within malloc or within a stream's function.
[[noreturn]] void end_by_overflow(const pooled_goroutine& running) noexcept;

}  // namespace heddle::performance
