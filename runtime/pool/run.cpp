// heddle::run: from a program to its exit status.
#include <sched.h>
#include <sys/single_threaded.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <utility>

#include "heddle/detail/thread_sanitizer.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "mode.hpp"
#include "overflow.hpp"
#include "pool.hpp"
#include "running_programs.hpp"

namespace heddle {

namespace {

using performance::pool;

// The cores that this process may use.
int cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

// HEDDLE_PROCS, or one worker for each core where it is absent or not a positive number; Go ignores
// such values as well.
int default_procs() {
  const char* text = std::getenv("HEDDLE_PROCS");
  if (text == nullptr) return cores();
  int procs = 0;
  const char* end = text + std::strlen(text);
  const auto [parsed_to, error] = std::from_chars(text, end, procs);
  return error == std::errc{} && parsed_to == end && procs > 0 ? procs : cores();
}

std::terminate_handler handler_before = nullptr;

// A panic that leaves a destructor reaches nobody either, but comes here by std::terminate.
void report_uncaught() {
  if (auto* p = dynamic_cast<pool*>(core::current_engine_or_null())) p->end_by_uncaught_exception();
  if (handler_before != nullptr) handler_before();
  std::abort();
}

void install_terminate_handler() {
  [[maybe_unused]] static const bool installed = [] {
    handler_before = std::set_terminate(&report_uncaught);
    return true;
  }();
}

}  // namespace

int run(std::function<void()> f, const run_options& options, place at) {
  if (core::current_engine_or_null() != nullptr)
    throw panic(panic_kind::panic, "heddle::run was called by a goroutine", at);
  install_terminate_handler();
#ifdef HEDDLE_TELLS_THREAD_SANITIZER
  __libc_single_threaded = 0;  // reference counts are to be atomic on one worker too
#endif
  [[maybe_unused]] const detail::unwatched_scope running;  // on this thread's own stack
  pool workers(options, options.procs > 0 ? options.procs : default_procs());
  const core::engine_of_thread installed(workers);
  const performance::overflow_handler watching;
  const performance::running_program listed(workers);
  workers.run_main(std::make_unique<detail::bound_task<std::function<void()>>>(std::move(f)), at);
  return 0;
}

}  // namespace heddle
