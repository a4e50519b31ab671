#include "overflow.hpp"

#include <signal.h>

#include <mutex>

#include "pool.hpp"
#include "pool_worker.hpp"

namespace heddle::performance {

namespace {

struct sigaction handler_before;

void handle_fault(int signal, siginfo_t* info, void* context) {
  if (worker* w = worker::current()) w->home().end_if_overflown(info->si_addr);
  if ((handler_before.sa_flags & SA_SIGINFO) != 0) {
    handler_before.sa_sigaction(signal, info, context);
  } else if (handler_before.sa_handler != SIG_DFL && handler_before.sa_handler != SIG_IGN) {
    handler_before.sa_handler(signal);
  } else {
    sigaction(signal, &handler_before, nullptr);  // the fault comes again, and ends the process
  }
}

// For the process, unless it is so already: others may have put their own in its place.
void install() {
  static std::mutex one_at_a_time;
  const std::lock_guard hold(one_at_a_time);
  struct sigaction now {};
  if (sigaction(SIGSEGV, nullptr, &now) != 0) return;
  if ((now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == &handle_fault) return;
  handler_before = now;
  struct sigaction wanted {};
  wanted.sa_sigaction = &handle_fault;
  wanted.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigaction(SIGSEGV, &wanted, nullptr);
}

}  // namespace

overflow_handler::overflow_handler() : stack_(std::make_unique_for_overwrite<std::byte[]>(bytes)) {
  install();
  stack_t wanted{};
  wanted.ss_sp = stack_.get();
  wanted.ss_size = bytes;
  sigaltstack(&wanted, &before_);
}

overflow_handler::~overflow_handler() { sigaltstack(&before_, nullptr); }

}  // namespace heddle::performance
