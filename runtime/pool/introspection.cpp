// What heddle/stats.hpp offers. Records of goroutines are read while their workers change them:
// they are never given back, each field is a word, and an answer is a snapshot at best.
// ThreadSanitizer is told to look away from these reads.
#include <algorithm>
#include <mutex>

#include "goroutine_text.hpp"
#include "heddle/stats.hpp"
#include "pool.hpp"
#include "running_programs.hpp"

namespace heddle {

using performance::pool;

namespace performance {

namespace {

__attribute__((no_sanitize("thread"))) goroutine_status status_of(const pooled_goroutine& g) {
  if (g.in_blocking_call) return goroutine_status::in_blocking_call;
  if (g.state == core::goroutine_state::running) return goroutine_status::running;
  if (g.state == core::goroutine_state::blocked) return goroutine_status::blocked;
  return goroutine_status::runnable;
}

__attribute__((no_sanitize("thread"))) goroutine_info describe(const pooled_goroutine& g) {
  goroutine_info info;
  info.id = g.id;
  if (g.name != nullptr) info.name = g.name;
  info.status = status_of(g);
  info.created_at = g.created_at;
  if (info.status != goroutine_status::blocked && info.status != goroutine_status::in_blocking_call)
    return info;
  if (info.status == goroutine_status::blocked) info.waits_to = core::describe(g.waiting_for);
  info.waits_at = g.waiting_at;
  info.blocked_for = blocked_for(g);
  return info;
}

}  // namespace

statistics pool::stats() noexcept {
  statistics now;
  now.workers = static_cast<int>(procs());
  now.sleeping_workers = std::min(parking_.asleep(), now.workers);
  now.goroutines = num_goroutines(place::current());
  now.blocking_calls = outstanding_calls_.load(std::memory_order_relaxed);
  now.thefts = thefts_.load(std::memory_order_relaxed);
  now.parks = parks_.load(std::memory_order_relaxed);
  now.stacks = static_cast<std::int64_t>(stacks_.mapped());
  now.stack_bytes = static_cast<std::int64_t>(stacks_.mapped_bytes());
  return now;
}

std::vector<goroutine_info> pool::goroutines() {
  std::vector<goroutine_info> all;
  {
    const std::lock_guard hold(names_mutex_);
    table_.for_each([&](const pooled_goroutine& g) { all.push_back(describe(g)); });
  }
  std::ranges::sort(all, {}, [](const goroutine_info& g) { return g.id; });
  return all;
}

std::string pool::dump() {
  std::string text;
  string_sink to(text);
  const std::lock_guard hold(names_mutex_);
  table_.for_each([&](const pooled_goroutine& g) { add_goroutine(to, g); });
  return text;
}

// Of a signal handler, which must not wait for a lock that its own thread may hold.
void pool::describe_all(text_sink& to) noexcept {
  reporting_.store(true, std::memory_order_relaxed);
  const bool all = table_.try_for_each([&](const pooled_goroutine& g) { add_goroutine(to, g); });
  if (!all) to.add("\n... which cannot be listed: one is being created\n");
}

}  // namespace performance

statistics stats() {
  statistics now;
  performance::look_at_program([&](pool& p) { now = p.stats(); });
  return now;
}

std::vector<goroutine_info> goroutines() {
  std::vector<goroutine_info> all;
  performance::look_at_program([&](pool& p) { all = p.goroutines(); });
  return all;
}

void dump_goroutines(std::FILE* to) {
  std::string text;
  performance::look_at_program([&](pool& p) { text = p.dump(); });
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

}  // namespace heddle
