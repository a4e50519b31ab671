#include "overflow.hpp"

#include <signal.h>

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

// Once in a process: handlers are not stacked.
void install() {
  [[maybe_unused]] static const bool installed = [] {
    struct sigaction wanted {};
    wanted.sa_sigaction = &handle_fault;
    wanted.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    return sigaction(SIGSEGV, &wanted, &handler_before) == 0;
  }();
}

}  // namespace

overflow_handler::overflow_handler() {
  install();
  stack_t now{};
  if (sigaltstack(nullptr, &now) == 0 && (now.ss_flags & SS_DISABLE) == 0) return;
  stack_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
  stack_t wanted{};
  wanted.ss_sp = stack_.get();
  wanted.ss_size = bytes;
  sigaltstack(&wanted, nullptr);
}

overflow_handler::~overflow_handler() {
  if (stack_ == nullptr) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, nullptr);
}

}  // namespace heddle::performance
