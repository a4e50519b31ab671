#include "measure.hpp"

#include <sys/resource.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

namespace bench {

namespace {

setting current;
std::string current_peer;

std::map<std::string, void (*)(), std::less<>>& workloads() {
  static std::map<std::string, void (*)(), std::less<>> all;
  return all;
}

rusage used() {
  rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u;
}

double in_ns(const timeval& t) {
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_usec) * 1e3;
}

double process_cpu_ns() {
  const rusage u = used();
  return in_ns(u.ru_utime) + in_ns(u.ru_stime);
}

// Zero where `text` is not a positive number.
int positive_number(const char* text) {
  int n = 0;
  const char* end = text + std::strlen(text);
  const auto [parsed_to, error] = std::from_chars(text, end, n);
  return error == std::errc{} && parsed_to == end && n > 0 ? n : 0;
}

int usage(const char* program) {
  std::fprintf(stderr, "usage: %s NAME WORKERS [SCALE%%]\nNAME is one of\n", program);
  for (const auto& [name, body] : workloads()) std::fprintf(stderr, "  %s\n", name.c_str());
  return 2;
}

}  // namespace

const setting& asked() noexcept { return current; }

int scaled(int full) noexcept {
  const long n = static_cast<long>(full) * current.scale_percent / 100;
  return n < 1 ? 1 : static_cast<int>(n);
}

int whole_or(int full, int small) noexcept { return current.scale_percent < 50 ? small : full; }

void report(std::string_view bench, double value, std::string_view unit) {
  std::printf("%.*s,%s,%d,%.2f,%.*s\n", static_cast<int>(bench.size()), bench.data(),
              current_peer.c_str(), current.workers, value, static_cast<int>(unit.size()),
              unit.data());
  std::fflush(stdout);
}

stopwatch::stopwatch() : began_(std::chrono::steady_clock::now()), cpu_began_(process_cpu_ns()) {}

double stopwatch::wall_ns() const {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - began_)
      .count();
}

double stopwatch::cpu_ns() const { return process_cpu_ns() - cpu_began_; }

void stopwatch::per_operation(std::string_view bench, double operations) const {
  const double wall = wall_ns();
  const double cpu = cpu_ns();
  report(bench, wall / operations, "ns");
  report(std::string(bench) + "/cpu", cpu / operations, "ns");
}

void stopwatch::total(std::string_view bench) const {
  const double wall = wall_ns();
  const double cpu = cpu_ns();
  report(bench, wall / 1e6, "ms");
  report(std::string(bench) + "/cpu", cpu / 1e6, "ms");
}

double peak_resident_bytes() { return static_cast<double>(used().ru_maxrss) * 1024; }

[[gnu::noinline]] unsigned long burn(int rounds) {
  unsigned long x = static_cast<unsigned long>(rounds) + 88172645463325252;
  for (int i = 0; i < rounds; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  return x;
}

workload::workload(std::string_view name, void (*body)()) { workloads().emplace(name, body); }

int main_of(std::string_view peer, int argc, char** argv, const runner& run) {
  if (argc < 3 || argc > 4) return usage(argv[0]);
  current = {argv[1], positive_number(argv[2]), argc > 3 ? positive_number(argv[3]) : 100};
  current_peer = peer;
  const auto found = workloads().find(current.name);
  if (current.workers == 0 || current.scale_percent == 0 || found == workloads().end())
    return usage(argv[0]);
  run(current.workers, found->second);
  // Not what static destructors and a peer's own threads have to say: some of them never end.
  std::fflush(nullptr);
  std::_Exit(0);
}

}  // namespace bench
