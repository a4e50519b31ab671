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
      [](dl_phdr_info* info, std::size_t, void* self) {
        watch& w = *static_cast<watch*>(self);
        for (int i = 0; i < info->dlpi_phnum; ++i)
          if (info->dlpi_phdr[i].p_type == PT_TLS)
            w.thread_local_bytes_ = info->dlpi_phdr[i].p_memsz;
        w.thread_local_begin_ = reinterpret_cast<std::uintptr_t>(info->dlpi_tls_data);
        return 1;  // the first is the program itself
      },
      this);
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

void watch::take_stamp() {
  counted_ = running();
  stamped_turn_ = explore::sequencer::turn();
  if (counted_ == nullptr) return;
  explore::sequencer& s = *explore::sequencer::active();
  if (s.alone())
    counted_ = nullptr;
  else
    explore::access_history::copy(stamp_, s.stamp());
}

void watch::access_range(explore::sequencer& s, goroutine_calls& g, std::uintptr_t at,
                         std::size_t bytes, bool is_write, const void* code) {
  while (bytes > 0) {
    const std::size_t here = std::min(bytes, shadow::cell_bytes - at % shadow::cell_bytes);
    access_cell(s, g, at, here, is_write, code);
    at += here;
    bytes -= here;
  }
}

// Others use the location, too.
void watch::compare(explore::sequencer& s, location& l, explore::touched_bytes touched,
                    explore::call_tree::stack stack, const void* code) {
  explore::kept_access a = stamp_;
  a.place_key = reinterpret_cast<std::uintptr_t>(code);
  a.detail = stack;
  a.first_byte = touched.first;
  a.bytes = touched.count;
  a.is_write = touched.is_write;
  s.add(l, a);
}

void watch::atomic_access(const void* address, std::size_t bytes, bool is_write,
                          std::uint32_t epoch, const void* code) {
  if (busy_) return;
  const in_use now(busy_);
  goroutine_calls* g = running();
  if (g == nullptr || g->foreign()) return;
  explore::sequencer& s = *explore::sequencer::active();
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  location& l = shadow_.cell(at, last_execution_);
  explore::kept_access a = s.stamp();
  a.epoch = epoch;
  a.is_write = is_write;
  a.is_atomic = true;
  a.place_key = reinterpret_cast<std::uintptr_t>(code);
  a.first_byte = static_cast<std::uint8_t>(at % shadow::cell_bytes);
  a.bytes = static_cast<std::uint8_t>(std::min<std::size_t>(bytes, shadow::cell_bytes));
  if (s.repeats(l, a) || at - thread_local_begin_ < thread_local_bytes_) return;
  a.detail = stack_of(s, *g);
  s.add(l, a);
}

void watch::allocated(void* memory, std::size_t bytes, const void* code) {
  if (busy_) return;
  const in_use now(busy_);
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
  access(memory, std::min(bytes, most_freed_bytes), true, code);
}

core::object_id watch::atomic_at(const void* address, place at) {
  const in_use now(busy_);
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
