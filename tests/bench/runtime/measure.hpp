// What the runtime's benchmarks have in common: workloads by name, their size, and lines
// `bench,peer,threads,value,unit` on standard output. Knows no runtime, so that a peer's program
// (../peers) measures with the same code.
//
//   void yield() {
//     const int n = scaled(5'000'000);
//     const stopwatch running;
//     ...
//     running.per_operation("yield", n);
//   }
//   const workload workloads[] = {{"yield", yield}};
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

// What the command line asks for: PROGRAM NAME WORKERS [SCALE%].
struct setting {
  std::string name;
  int workers = 1;
  int scale_percent = 100;
};
const setting& asked() noexcept;

// `full` at 100 %, at least 1.
int scaled(int full) noexcept;
// For a size that does not scale evenly: `full` from 50 % on, else `small`.
int whole_or(int full, int small) noexcept;

// Prints one line.
void report(std::string_view bench, double value, std::string_view unit);

// Wall-clock and process CPU time since its creation. NAME/cpu is reported beside NAME.
class stopwatch {
 public:
  stopwatch();
  void per_operation(std::string_view bench, double operations) const;  // in ns
  void total(std::string_view bench) const;                             // in ms
  double wall_ns() const;
  double cpu_ns() const;

 private:
  std::chrono::steady_clock::time_point began_;
  double cpu_began_;
};

// The most memory that the process has held in RAM, in bytes.
double peak_resident_bytes();

// Keeps a result from being optimised away.
inline void keep(long value) { asm volatile("" : : "r"(value) : "memory"); }

// The variable that locks protect; volatile, so that each increment happens.
inline volatile long shared_total = 0;
inline void increment_shared_total() { shared_total = shared_total + 1; }

// A computation of `rounds` dependent steps, about 2 ns each.
unsigned long burn(int rounds);

// Registers `body` under `name` for the life of the program.
class workload {
 public:
  workload(std::string_view name, void (*body)());
};

// Runs the workload that the command line names inside `run(workers, body)`, as `peer`, and
// returns the exit status: 2 for a workload that this program does not have.
using runner = std::function<void(int workers, void (*body)())>;
int main_of(std::string_view peer, int argc, char** argv, const runner& run);

}  // namespace bench
