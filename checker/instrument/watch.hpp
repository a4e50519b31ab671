// What the hooks know while an execution runs: which goroutine it is, the calls that led to where
// it stands, and whether what it does there is the program's.
//
// Invariants:
// 1. The checker runs on one thread. No function here switches goroutines; an atomic operation's
//    hook does, by announcing it.
// 2. A goroutine's calls are those of code compiled for checking. What such code does when called
//    from the runtime or the checker, other than as a function of the program's that it was given
//    to run, is not the program's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "program_code.hpp"
#include "sequencer.hpp"
#include "shadow.hpp"

namespace heddle::instrument {

// One call of a goroutine.
struct call {
  const void* from = nullptr;           // the return address
  explore::call_tree::stack stack = 0;  // with all below it; 0: not asked for yet
};

// Memory that the program allocated in this execution, in order.
struct block {
  std::uintptr_t begin = 0;
  std::size_t bytes = 0;
  explore::actor_id creator = 0;
  std::uint32_t ordinal = 0;  // among the creator's blocks
};

struct goroutine_calls {
  static constexpr std::size_t nowhere = ~std::size_t{0};
  std::vector<call> calls;
  std::size_t foreign_from = nowhere;  // the call from which on this is not the program's
  std::uint32_t blocks = 0;
  std::uint64_t execution = 0;

  bool foreign() const { return foreign_from != nowhere || calls.empty(); }
};

// What holds of the running goroutine until something happens, a goroutine is created or another
// one runs; so that most accesses need nothing else.
struct present {
  static constexpr std::uint64_t never = ~std::uint64_t{0};
  std::uint64_t turn = never;           // in which this was taken
  bool counts = false;                  // accesses are the program's
  bool is_open = false;                 // they are, and no hook is at work
  goroutine_calls* calls = nullptr;     // null where no access counts
  explore::call_tree::stack stack = 0;  // of these calls; 0: not asked for yet
  std::uint64_t execution = 0;
  shadow* cells = nullptr;
  explore::access_history* history = nullptr;
  std::span<const std::uint32_t> known;  // of the others' epochs
  explore::kept_access stamp;            // of what the goroutine does now
  // The exploring thread's copies of thread-local variables. At speed, goroutines that meet in one
  // run on one thread, one after the other.
  std::uintptr_t thread_local_begin = 0;
  std::size_t thread_local_bytes = 0;

  // `g` has made a call or returned from one.
  void follow(const goroutine_calls& g) {
    counts = calls != nullptr && !g.foreign();
    stack = counts ? g.calls.back().stack : 0;
  }
};
inline constinit present now;

class watch {
 public:
  watch();
  // The running goroutine's; null where none runs, or it is being torn down.
  [[gnu::always_inline]] goroutine_calls* running() {
    if (!detail::exploring) return nullptr;
    if (explore::sequencer::turn() != turn_) [[unlikely]]
      look_who_runs();
    return calls_;
  }

  void enter(const void* caller) {
    if (busy_) return;
    const in_use one(busy_);
    goroutine_calls* g = running();
    if (g == nullptr) return;
    if (g->foreign_from == goroutine_calls::nowhere && kind_of_code(caller) == code_kind::library)
      g->foreign_from = g->calls.size();
    g->calls.push_back({caller, 0});
    now.follow(*g);
  }
  void leave() {
    if (busy_) return;
    const in_use one(busy_);
    goroutine_calls* g = running();
    if (g == nullptr || g->calls.empty()) return;
    g->calls.pop_back();
    if (g->calls.size() == g->foreign_from) g->foreign_from = goroutine_calls::nowhere;
    now.follow(*g);
  }

  // An access of the program to memory, which need not be aligned. `code`: where the hook returns.
  [[gnu::noinline]] void access(const void* address, std::size_t bytes, bool is_write,
                                const void* code);
  // One to a cell that the quick way failed for.
  [[gnu::noinline]] void compare(location& l, explore::touched_bytes touched, const void* code);
  // The same for an atomic operation that was just performed; `epoch` is that before it.
  void atomic_access(const void* address, std::size_t bytes, bool is_write, std::uint32_t epoch,
                     const void* code);

  // Memory was allocated, by whomever; `code`: the caller of the allocation function.
  void allocated(void* memory, std::size_t bytes, const void* code);
  // It is about to be freed, which is a write to it.
  void freed(void* memory, std::size_t bytes, const void* code);

  // Order that is made beside the operations, by way of an address.
  void pass_on(std::uintptr_t by);
  void learn(std::uintptr_t by) {
    explore::sequencer::active()->learn(by);
    now.turn = present::never;
  }
  void forget(std::uintptr_t by) { explore::sequencer::active()->forget(by); }

  // The object that an atomic at an address is, the same in every execution.
  core::object_id atomic_at(const void* address, place at);

 private:
  // While one hook is at work, what it calls makes no others: the code may be the program's copy.
  class in_use {
   public:
    explicit in_use(bool& busy) : busy_(busy), was_(busy) { busy_ = true, now.is_open = false; }
    ~in_use() { busy_ = was_, now.is_open = now.counts && !was_; }
    in_use(const in_use&) = delete;
    in_use& operator=(const in_use&) = delete;

   private:
    bool& busy_;
    bool was_;
  };

  void forget_atomics() {
    if (!atomics_.empty()) atomics_.clear();
  }
  static const core::goroutine* current(const explore::sequencer& s) {
    return const_cast<explore::sequencer&>(s).current();
  }
  // What is seldom needed stays out of line, so that an access keeps its registers.
  [[gnu::noinline]] void look_who_runs();
  void change_to(const core::goroutine& g);
  [[gnu::noinline]] void take_stamp();
  [[gnu::noinline]] static explore::call_tree::stack stack_of(explore::sequencer& s,
                                                              goroutine_calls& g);

  bool busy_ = false;
  const core::goroutine* last_ = nullptr;
  goroutine_calls* calls_ = nullptr;
  std::uint64_t last_execution_ = 0;
  std::uint64_t turn_ = present::never;                       // in which it was looked who runs
  std::vector<std::unique_ptr<goroutine_calls>> goroutines_;  // by actor
  shadow shadow_;
  std::vector<block> blocks_;
  std::unordered_map<const void*, core::object_id> atomics_;  // of this execution
};

// The one of this process, made when first asked for, by the thread that explores. Never
// destroyed: memory is freed to the very end.
watch& make_watch();
inline constinit watch* the_watch = nullptr;
inline watch& watching() { return the_watch != nullptr ? *the_watch : make_watch(); }

// An access that is the program's, to bytes of one cell.
[[gnu::always_inline]] inline void access_cell(location& l, explore::touched_bytes touched,
                                               std::uintptr_t at, const void* code) {
  explore::access_history& history = *now.history;
  if (l == 0) {
    if (at - now.thread_local_begin < now.thread_local_bytes) return;
  } else if (history.repeats(l, now.stamp, touched)) {
    return;
  }
  if (now.stack == 0 || !history.has_room() ||
      !history.keep_quickly(l, now.stamp, touched, reinterpret_cast<std::uintptr_t>(code),
                            now.stack, now.known))
    the_watch->compare(l, touched, code);
}

// Whether a function of a library was called by the program while it is explored.
inline bool is_watched(const void* return_address) {
  return detail::exploring && kind_of_code(return_address) == code_kind::instrumented;
}

// watch::access for the hooks: where it is of few bytes, most need nothing that is not at hand.
[[gnu::always_inline]] inline void access(const void* address, std::size_t bytes, bool is_write,
                                          const void* code) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  if (explore::sequencer::turn() == now.turn) {
    if (!now.is_open) return;
    const std::uintptr_t first = at % shadow::cell_bytes;
    if (first + bytes <= shadow::cell_bytes && bytes != 0)
      if (location* l = now.cells->find_quickly(at, now.execution); l != nullptr)
        return access_cell(*l, {explore::touched_bytes::mask_of(first, bytes), is_write}, at, code);
  }
  watching().access(address, bytes, is_write, code);
}

}  // namespace heddle::instrument
