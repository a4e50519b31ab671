#include "running_programs.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>

#include "goroutine_text.hpp"
#include "pool.hpp"

namespace heddle::performance {

namespace {

constexpr int quit_status = 2;  // as in Go

// Atomic for the signal handler, which takes no lock. A program beyond the last place runs, but is
// not found.
constexpr std::size_t most_programs = 32;
std::atomic<pool*> programs[most_programs];
std::uint64_t began[most_programs];  // when each did; a number of begun_so_far
std::uint64_t begun_so_far = 0;
std::mutex programs_mutex;  // of changes, and held while one is looked at

// Handlers that look at the programs, and do so until the process ends. Sequentially consistent, as
// the places are: either a handler does not find a program that has gone, or ~running_program finds
// that handler.
std::atomic<int> quitting{0};

void print_all_and_exit(int) {
  quitting.fetch_add(1);
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
  for (std::size_t i = 0; i < most_programs; ++i) {
    if (programs[i].load() != nullptr) continue;
    began[i] = ++begun_so_far;
    programs[i].store(&p);
    return;
  }
}

// A signal handler that may be looking at the program waits for nothing and does not return, so
// this may wait for the end, though it holds a mutex, and though it may be interrupted by another.
running_program::~running_program() {
  const std::lock_guard hold(programs_mutex);
  for (std::atomic<pool*>& place : programs)
    if (place.load() == &pool_) place.store(nullptr);
  while (quitting.load() > 0) pause();
}

bool look_at_program(const std::function<void(pool&)>& look) {
  if (worker* w = worker::current()) {
    look(w->home());
    return true;
  }
  const std::lock_guard hold(programs_mutex);
  pool* oldest = nullptr;
  std::uint64_t oldest_began = begun_so_far + 1;
  for (std::size_t i = 0; i < most_programs; ++i) {
    pool* p = programs[i].load();
    if (p == nullptr || began[i] >= oldest_began) continue;
    oldest = p;
    oldest_began = began[i];
  }
  if (oldest == nullptr) return false;
  look(*oldest);
  return true;
}

}  // namespace heddle::performance
