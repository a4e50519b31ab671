// Looking at a running program: what its workers do, and every goroutine.
//
//   const heddle::statistics now = heddle::stats();
//   std::printf("%lld goroutines, %llu thefts\n", now.goroutines, now.thefts);
//   for (const auto& g : heddle::goroutines())
//     if (g.blocked_for > 1min) std::puts(g.waits_to.c_str());
//   heddle::dump_goroutines();          // the same as text, on standard error
//
// Any thread may ask while heddle::run runs. A thread that is no worker's asks about the program
// that has run longest in this process. The others go on meanwhile, so that an answer is a snapshot
// and need not be consistent. In exploration mode there is nothing to see.
//
// SIGQUIT (Ctrl-\) prints every goroutine and ends the program with status 2, as in Go, unless the
// program handles or ignores that signal itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "heddle/place.hpp"

namespace heddle {

struct statistics {
  int workers = 0;                  // that may run goroutines: max_procs()
  int sleeping_workers = 0;         // that have nothing to do
  std::int64_t goroutines = 0;      // that exist
  std::int64_t blocking_calls = 0;  // of heddle::blocking, that have not returned
  std::uint64_t thefts = 0;         // times that a worker took goroutines from another
  std::uint64_t parks = 0;          // times that a worker went to sleep
  std::int64_t stacks = 0;          // reserved, in use or kept for reuse
  std::int64_t stack_bytes = 0;     // of address space that they take, guards included
};

statistics stats();

enum class goroutine_status {
  runnable,
  running,
  blocked,
  in_blocking_call,
};

struct goroutine_info {
  std::uint32_t id = 0;  // the main goroutine has the smallest
  std::string name;      // given by the program, or empty
  goroutine_status status = goroutine_status::runnable;
  place created_at;
  // The rest is of a goroutine that is blocked or in a blocking call.
  std::string waits_to;  // "receive", "lock", ...; empty in a blocking call
  place waits_at;
  std::chrono::milliseconds blocked_for{0};  // as its worker's clock had it, which is coarse
};

// Every goroutine of the program, by id.
std::vector<goroutine_info> goroutines();

// Prints them all, as the report of a deadlock does.
void dump_goroutines(std::FILE* to = stderr);

}  // namespace heddle
