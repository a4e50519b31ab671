#include "watch.hpp"

#include <link.h>

#include <algorithm>
#include <cstddef>
#include <new>

namespace heddle::instrument {

namespace {

// A larger free is a write to its beginning only.
constexpr std::size_t most_freed_bytes = 1024;

}  // namespace

watch& make_watch() {
  // Neither a guard nor an allocation, which would be hooks that ask for it.
  alignas(watch) static constinit std::byte storage[sizeof(watch)]{};
  the_watch = new (storage) watch;
  return *the_watch;
}

watch::watch() {
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void*) {
        for (int i = 0; i < info->dlpi_phnum; ++i)
          if (info->dlpi_phdr[i].p_type == PT_TLS)
            now.thread_local_bytes = info->dlpi_phdr[i].p_memsz;
        now.thread_local_begin = reinterpret_cast<std::uintptr_t>(info->dlpi_tls_data);
        return 1;  // the first is the program itself
      },
      nullptr);
}

void watch::look_who_runs() {
  turn_ = explore::sequencer::turn();
  calls_ = nullptr;
  const explore::sequencer* s = explore::sequencer::active();
  const core::goroutine* g = s == nullptr ? nullptr : current(*s);
  if (g != nullptr && !g->unwinding) change_to(*g);
}

void watch::change_to(const core::goroutine& g) {
  const std::uint64_t execution = explore::sequencer::execution();
  if (last_execution_ != execution) {
    last_execution_ = execution;
    blocks_.clear();
    forget_atomics();
  }
  if (g.id >= goroutines_.size()) goroutines_.resize(g.id + 1);
  std::unique_ptr<goroutine_calls>& mine = goroutines_[g.id];
  if (mine == nullptr) mine = std::make_unique<goroutine_calls>();
  if (mine->execution != execution) {
    mine->calls.clear();
    mine->foreign_from = goroutine_calls::nowhere;
    mine->blocks = 0;
    mine->execution = execution;
  }
  last_ = &g;
  calls_ = mine.get();
}

explore::call_tree::stack watch::stack_of(explore::sequencer& s, goroutine_calls& g) {
  std::size_t known = g.calls.size();
  while (known > 0 && g.calls[known - 1].stack == 0) --known;
  if (known == g.calls.size()) return known == 0 ? 0 : g.calls[known - 1].stack;
  explore::call_tree::stack below = known == 0 ? 0 : g.calls[known - 1].stack;
  for (; known < g.calls.size(); ++known)
    below = g.calls[known].stack = s.racing().calls().push(below, g.calls[known].from);
  return below;
}

void watch::pass_on(std::uintptr_t by) {
  explore::sequencer& s = *explore::sequencer::active();
  if (s.alone()) return;  // whoever comes later is started after it
  s.pass_on(by);
  if (now.turn == explore::sequencer::turn() && now.calls != nullptr) ++now.stamp.epoch;
}

void watch::take_stamp() {
  goroutine_calls* g = running();
  now.turn = explore::sequencer::turn();
  now.calls = nullptr;
  now.counts = false;
  if (g == nullptr) return;
  explore::sequencer& s = *explore::sequencer::active();
  if (s.alone()) return;
  explore::access_history::copy(now.stamp, s.stamp());
  now.calls = g;
  now.follow(*g);
  now.execution = last_execution_;
  now.cells = &shadow_;
  now.history = &s.accesses();
  now.known = s.known_to_running();
}

void watch::access(const void* address, std::size_t bytes, bool is_write, const void* code) {
  if (busy_) return;
  const in_use one(busy_);
  if (explore::sequencer::turn() != now.turn) take_stamp();
  if (!now.counts) return;
  auto at = reinterpret_cast<std::uintptr_t>(address);
  while (bytes > 0) {
    const std::uintptr_t first = at % shadow::cell_bytes;
    const std::size_t here = std::min(bytes, shadow::cell_bytes - first);
    access_cell(shadow_.cell(at, now.execution),
                {explore::touched_bytes::mask_of(first, here), is_write}, at, code);
    at += here;
    bytes -= here;
  }
}

void watch::compare(location& l, explore::touched_bytes touched, const void* code) {
  const in_use one(busy_);
  const auto place_key = reinterpret_cast<std::uintptr_t>(code);
  explore::sequencer& s = *explore::sequencer::active();
  if (now.stack == 0) now.stack = stack_of(s, *now.calls);
  explore::access_history& history = *now.history;
  if (history.has_room() &&
      history.keep_quickly(l, now.stamp, touched, place_key, now.stack, now.known))
    return;
  history.add_plain(
      l, now.stamp, touched, place_key, now.stack,
      [](const explore::kept_access& earlier) {
        return earlier.who < now.known.size() && now.known[earlier.who] >= earlier.epoch;
      },
      [&](const explore::kept_access& earlier) {
        explore::kept_access a = now.stamp;
        a.place_key = place_key;
        a.detail = now.stack;
        a.form = explore::kept_access::form_of(touched);
        s.found_race(earlier, a);
      });
}

void watch::atomic_access(const void* address, std::size_t bytes, bool is_write,
                          std::uint32_t epoch, const void* code) {
  if (busy_) return;
  const in_use one(busy_);
  goroutine_calls* g = running();
  if (g == nullptr || g->foreign()) return;
  explore::sequencer& s = *explore::sequencer::active();
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  location& l = shadow_.cell(at, last_execution_);
  explore::kept_access a = s.stamp();
  a.epoch = epoch;
  const std::size_t first = at % shadow::cell_bytes;
  const std::size_t here = std::min<std::size_t>(bytes, shadow::cell_bytes - first);
  a.form = explore::kept_access::form_of({explore::touched_bytes::mask_of(first, here), is_write}) |
           explore::kept_access::is_atomic;
  a.place_key = reinterpret_cast<std::uintptr_t>(code);
  if (s.repeats(l, a) || at - now.thread_local_begin < now.thread_local_bytes) return;
  a.detail = stack_of(s, *g);
  s.add(l, a);
}

void watch::allocated(void* memory, std::size_t bytes, const void* code) {
  if (busy_) return;
  const in_use one(busy_);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  shadow_.clear(begin, bytes, explore::sequencer::execution());
  if (kind_of_code(code) != code_kind::instrumented) return;
  goroutine_calls* g = running();
  if (g == nullptr || g->foreign()) return;
  blocks_.push_back({begin, bytes, last_->id, ++g->blocks});
  forget_atomics();
}

void watch::freed(void* memory, std::size_t bytes, const void* code) {
  if (busy_ || kind_of_code(code) != code_kind::instrumented) return;
  const in_use one(busy_);
  if (explore::sequencer::turn() != now.turn) take_stamp();
  if (!now.counts) return;
  if (now.stack == 0) now.stack = stack_of(*explore::sequencer::active(), *now.calls);
  const auto place_key = reinterpret_cast<std::uintptr_t>(code);
  location record = 0;
  // Memory from malloc begins and ends with a cell.
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  for (std::uintptr_t at = begin; at < begin + std::min(bytes, most_freed_bytes);
       at += shadow::cell_bytes) {
    location& l = shadow_.cell(at, now.execution);
    if (!now.history->has_room() ||
        !now.history->keep_whole_write(l, now.stamp, place_key, now.stack, now.known, record))
      access_cell(l, {explore::kept_access::all_bytes, true}, at, code);
  }
}

core::object_id watch::atomic_at(const void* address, place at) {
  const in_use one(busy_);
  const auto known = atomics_.find(address);
  if (known != atomics_.end()) return known->second;
  const auto a = reinterpret_cast<std::uintptr_t>(address);
  explore::sequencer& s = *explore::sequencer::active();
  core::object_id o = 0;
  for (std::size_t i = blocks_.size(); i-- > 0 && o == 0;)  // the latest that lay there
    if (const block& b = blocks_[i]; a - b.begin < b.bytes)
      o = s.name_within(b.creator, b.ordinal, a - b.begin, at);
  if (o == 0) {
    // On a goroutine's own stack, which is block 0 of it, counted from the top; else static.
    if (const auto [owner, offset] = s.on_stack(address); owner != explore::no_actor)
      o = s.name_within(owner, 0, offset, at);
  }
  if (o == 0) o = s.naming().object_at(address);
  return atomics_[address] = o;
}

}  // namespace heddle::instrument
