#include "running_programs.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#include "goroutine_text.hpp"
#include "pool.hpp"

namespace heddle::performance {

namespace {

constexpr int quit_status = 2;  // as in Go

// Atomic for the signal handler, which takes no lock. A program beyond the last place runs, but is
// not found.
std::atomic<pool*> programs[32];
std::mutex programs_mutex;  // of changes, and held while one is looked at

void print_all_and_exit(int) {
  {
    descriptor_sink to(STDERR_FILENO);
    to.add("SIGQUIT: quit\n");
    for (const std::atomic<pool*>& place : programs)
      if (pool* p = place.load()) p->describe_all(to);
  }
  _exit(quit_status);
}

// Once in a process. A handler that the program installs later takes its place.
void install_quit_handler() {
  [[maybe_unused]] static const bool installed = [] {
    struct sigaction now {};
    sigaction(SIGQUIT, nullptr, &now);
    if ((now.sa_flags & SA_SIGINFO) != 0 || now.sa_handler != SIG_DFL) return false;
    struct sigaction wanted {};
    wanted.sa_handler = &print_all_and_exit;
    wanted.sa_flags = SA_ONSTACK;  // a goroutine's own may have little left
    return sigaction(SIGQUIT, &wanted, nullptr) == 0;
  }();
}

}  // namespace

running_program::running_program(pool& p) : pool_(p) {
  install_quit_handler();
  const std::lock_guard hold(programs_mutex);
  for (std::atomic<pool*>& place : programs) {
    if (place.load() != nullptr) continue;
    place.store(&p);
    return;
  }
}

running_program::~running_program() {
  const std::lock_guard hold(programs_mutex);
  for (std::atomic<pool*>& place : programs)
    if (place.load() == &pool_) place.store(nullptr);
}

bool look_at_program(const std::function<void(pool&)>& look) {
  if (worker* w = worker::current()) {
    look(w->home());
    return true;
  }
  const std::lock_guard hold(programs_mutex);
  for (const std::atomic<pool*>& place : programs)
    if (pool* p = place.load()) {
      look(*p);
      return true;
    }
  return false;
}

}  // namespace heddle::performance
