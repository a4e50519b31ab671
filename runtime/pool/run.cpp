// heddle::run: from a program to its exit status.
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <utility>

#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "mode.hpp"
#include "pool.hpp"
#include "thread_sanitizer.hpp"

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define HEDDLE_MAY_BELIEVE_IN_ONE_THREAD 1
#endif

namespace heddle {

namespace {

using performance::pool;

// HEDDLE_PROCS, or 1 where it is absent or not a positive number; Go ignores such values as well.
int default_procs() {
  const char* text = std::getenv("HEDDLE_PROCS");
  if (text == nullptr) return 1;
  int procs = 0;
  const char* end = text + std::strlen(text);
  const auto [parsed_to, error] = std::from_chars(text, end, procs);
  return error == std::errc{} && parsed_to == end && procs > 0 ? procs : 1;
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

// The pool is this thread's engine for as long as this lives.
class engine_scope {
 public:
  explicit engine_scope(pool& p) { core::set_engine(&p, false); }
  engine_scope(const engine_scope&) = delete;
  engine_scope& operator=(const engine_scope&) = delete;
  ~engine_scope() { core::set_engine(nullptr, false); }
};

}  // namespace

int run(std::function<void()> f, const run_options& options, place at) {
  if (core::current_engine_or_null() != nullptr)
    throw panic(panic_kind::panic, "heddle::run was called by a goroutine", at);
  install_terminate_handler();
#ifdef HEDDLE_MAY_BELIEVE_IN_ONE_THREAD
  // The library counts references without atomics in a program of one thread, which goroutines
  // that take turns on it would seem to race for.
  if (core::has_thread_sanitizer()) __libc_single_threaded = 0;
#endif
  pool workers(options, options.procs > 0 ? options.procs : default_procs());
  const engine_scope installed(workers);
  workers.run_main(std::make_unique<detail::bound_task<std::function<void()>>>(std::move(f)), at);
  return 0;
}

}  // namespace heddle
