// The memory of x86 for the runtime's lock-free parts, in place of std::atomic: the parts are
// templates over a policy (runtime/pool/atomics.hpp), and the code that is checked is the code that
// ships.
//
// Each worker has a store buffer (Sewell, Sarkar, Owens, Zappa Nardelli, Myreen, "x86-TSO: a
// rigorous and usable programmer's model for x86 multiprocessors", CACM 2010):
//
// 1. A store goes into the worker's own buffer. It reaches memory later, in the order of the
// stores.
// 2. A load finds the worker's own latest store that is still there, else what memory holds.
// 3. A read-modify-write and a full barrier first wait for the buffer to be empty.
// 4. heavy_barrier() waits for everybody's, as membarrier makes every processor do;
//    light_barrier() does nothing.
//
// So what would break because a fence is missing is found, as far as x86 can show it. Weaker
// machines reorder more; for them the memory orders written in the code are not checked.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "heddle/atomic.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"
#include "heddle/var.hpp"

namespace memory {

// What one worker has stored and others may not see yet.
//
// A store that is on its way is a goroutine of its own, which waits for the one before it, so that
// exploration sees it as one event among others and reverses it only with what it races with.
class store_buffer {
 public:
  store_buffer() = default;
  store_buffer(const store_buffer&) = delete;
  store_buffer& operator=(const store_buffer&) = delete;

  template <class T>
  void add(heddle::atomic<T>& where, T value, heddle::place at) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    add(&where, bits, [&where, value, at] { where.store(value, at); });
  }
  // The store that frees a lock.
  void add_unlock(heddle::mutex& lock) {
    add(&lock, 0, [&lock] { lock.unlock(); });
  }
  // The latest store to `where` that is still on its way.
  template <class T>
  bool find(const heddle::atomic<T>& where, T& value) const {
    for (auto s = stores_.rbegin(); s != stores_.rend() && !(*s)->is_in_memory; ++s) {
      if ((*s)->where != &where) continue;
      std::memcpy(&value, &(*s)->bits, sizeof(T));
      return true;
    }
    return false;
  }
  // The worker's own.
  void wait_until_empty() {
    if (!stores_.empty()) stores_.back()->reached_memory.recv();
  }
  // Anybody's: waits for what has been stored until now. An operation that exploration sees decides
  // what that is.
  void wait_for_stores() {
    const std::size_t many = issued_.load();
    if (many > 0) stores_[many - 1]->reached_memory.recv();
  }

 private:
  struct store {
    const void* where = nullptr;
    std::uint64_t bits = 0;
    bool is_in_memory = false;
    heddle::chan<bool> reached_memory = heddle::make_chan<bool>();  // closed then
  };
  template <class Reach>
  void add(const void* where, std::uint64_t bits, Reach reach_memory) {
    const auto s = std::make_shared<store>();
    s->where = where;
    s->bits = bits;
    const auto before = stores_.empty() ? nullptr : stores_.back();
    stores_.push_back(s);
    heddle::go(heddle::named("store"), [s, before, reach_memory] {
      if (before != nullptr) before->reached_memory.recv();
      reach_memory();
      s->is_in_memory = true;
      s->reached_memory.close();
    });
    issued_.store(stores_.size());
  }
  std::vector<std::shared_ptr<store>> stores_;
  heddle::atomic<std::size_t> issued_{0};
};

// The store buffers of an execution's workers. Made by main before the workers start.
class machine {
 public:
  explicit machine(std::size_t workers) : buffers_(workers) { running() = this; }
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;
  ~machine() {
    if (running() == this) running() = nullptr;
  }

  store_buffer& buffer(std::size_t worker) { return buffers_[worker]; }
  static void wait_for_all_stores() {
    for (store_buffer& b : running()->buffers_) b.wait_for_stores();
  }

 private:
  static machine*& running() {
    static machine* one = nullptr;
    return one;
  }
  std::deque<store_buffer> buffers_;
};

// The goroutine that makes one, as a local variable, plays that worker as long as it lives. Who has
// none works on memory directly.
class as_worker {
 public:
  as_worker(machine& m, std::size_t worker) : buffer_(m.buffer(worker)) { all().push_back(this); }
  as_worker(const as_worker&) = delete;
  as_worker& operator=(const as_worker&) = delete;
  ~as_worker() noexcept(false) {
    std::erase(all(), this);
    buffer_.wait_until_empty();
  }

  // The caller's buffer, or null. The variable lies on the caller's own stack, above the frames
  // that ask; not inlined, so that this is a frame of its own.
  [[gnu::noinline]] static store_buffer* own_buffer() {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    for (const as_worker* w : all()) {
      const auto at = reinterpret_cast<std::uintptr_t>(w);
      if (at > here && at - here < stack_bytes) return &w->buffer_;
    }
    return nullptr;
  }
  static void wait_until_own_is_empty() {
    if (store_buffer* own = own_buffer()) own->wait_until_empty();
  }

 private:
  static constexpr std::uintptr_t stack_bytes = 128 * 1024;
  static std::vector<as_worker*>& all() {
    static std::vector<as_worker*> workers;
    return workers;
  }
  store_buffer& buffer_;
};

// Which step of the protocol is weakened, for the models that must be found out.
enum class seeded {
  nothing,
  exchange_is_a_store,      // an exchange does not wait for the store buffer
  clearing_is_a_store,      // the same for an exchange with zero
  compare_exchange_in_two,  // the comparison and the exchange are two steps
  no_heavy_barrier,         // the worker that goes to sleep does not make others' stores visible
  sleep_without_comparing,  // the kernel does not look at the word of a futex
};

template <class T, seeded Bug>
class atomic {
 public:
  atomic(T initial = {}, heddle::place at = heddle::place::current()) : memory_(initial, at) {}
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(std::memory_order = std::memory_order_seq_cst,
         heddle::place at = heddle::place::current()) const {
    // What memory holds is looked at first: an operation that exploration sees, so that whether the
    // own store is still on its way is decided by the order of events.
    T value = memory_.load(at);
    if (const store_buffer* own = as_worker::own_buffer()) own->find(memory_, value);
    return value;
  }
  void store(T desired, std::memory_order order = std::memory_order_seq_cst,
             heddle::place at = heddle::place::current()) {
    store_buffer* own = as_worker::own_buffer();
    if (own == nullptr || order == std::memory_order_seq_cst) {
      as_worker::wait_until_own_is_empty();
      memory_.store(desired, at);
    } else {
      own->add(memory_, desired, at);
    }
  }
  T exchange(T desired, std::memory_order = std::memory_order_seq_cst,
             heddle::place at = heddle::place::current()) {
    if (Bug == seeded::exchange_is_a_store ||
        (Bug == seeded::clearing_is_a_store && desired == T{})) {
      const T old = load(std::memory_order_relaxed, at);
      store(desired, std::memory_order_release, at);
      return old;
    }
    as_worker::wait_until_own_is_empty();
    return memory_.exchange(desired, at);
  }
  bool compare_exchange_strong(T& expected, T desired,
                               std::memory_order = std::memory_order_seq_cst,
                               heddle::place at = heddle::place::current()) {
    as_worker::wait_until_own_is_empty();
    if constexpr (Bug == seeded::compare_exchange_in_two) {
      const T found = memory_.load(at);
      const bool equal = found == expected;
      expected = found;
      if (equal) memory_.store(desired, at);
      return equal;
    }
    return memory_.compare_exchange(expected, desired, at);
  }
  T fetch_add(T delta, std::memory_order = std::memory_order_seq_cst,
              heddle::place at = heddle::place::current()) {
    as_worker::wait_until_own_is_empty();
    return memory_.fetch_add(delta, at);
  }
  T fetch_sub(T delta, std::memory_order = std::memory_order_seq_cst,
              heddle::place at = heddle::place::current()) {
    as_worker::wait_until_own_is_empty();
    return memory_.fetch_sub(delta, at);
  }
  T fetch_or(T bits, std::memory_order = std::memory_order_seq_cst,
             heddle::place at = heddle::place::current()) {
    as_worker::wait_until_own_is_empty();
    return memory_.fetch_or(bits, at);
  }
  T fetch_and(T bits, std::memory_order = std::memory_order_seq_cst,
              heddle::place at = heddle::place::current()) {
    as_worker::wait_until_own_is_empty();
    return memory_.fetch_and(bits, at);
  }

 private:
  heddle::atomic<T> memory_;
};

// A thread that sleeps until it is called, as the parker's contract says: a channel that holds one
// call. Going to sleep and calling enter the kernel, by when the stores are in memory. A deadline has
// always come already.
class parker {
 public:
  void park(heddle::time_point deadline = heddle::time_point::max()) {
    as_worker::wait_until_own_is_empty();
    if (deadline == heddle::time_point::max())
      called_.recv();
    else
      heddle::select(heddle::recv(called_), heddle::otherwise());
  }
  void unpark() {
    as_worker::wait_until_own_is_empty();
    heddle::select(heddle::send(called_, true), heddle::otherwise());
  }

 private:
  heddle::chan<bool> called_ = heddle::make_chan<bool>(1);
};

// A lock that is spun for: freeing it is a store.
class spin_lock {
 public:
  void lock() {
    as_worker::wait_until_own_is_empty();
    lock_.lock();
  }
  void unlock() {
    if (store_buffer* own = as_worker::own_buffer())
      own->add_unlock(lock_);
    else
      lock_.unlock();
  }

 private:
  heddle::mutex lock_;
};

// What the kernel keeps of a word that one thread at most sleeps on. Its own lock makes it enter and
// leave with the stores in memory. A deadline comes whenever no call has.
template <seeded Bug>
class futex {
 public:
  template <class Word, class T>
  bool sleep_while(Word& word, T value, heddle::time_point deadline) {
    as_worker::wait_until_own_is_empty();
    {
      const std::lock_guard hold(kernel_);
      if (Bug != seeded::sleep_without_comparing && word.load() != value) return true;
      sleeps_ = true;
    }
    if (deadline == heddle::time_point::max()) return woken_.recv().has_value();
    if (heddle::select(heddle::recv(woken_), heddle::otherwise()) == 0) return true;
    const std::lock_guard hold(kernel_);
    sleeps_ = false;
    return heddle::select(heddle::recv(woken_), heddle::otherwise()) == 0;
  }
  template <class Word>
  void wake(Word&) {
    as_worker::wait_until_own_is_empty();
    const std::lock_guard hold(kernel_);
    if (!sleeps_) return;
    sleeps_ = false;
    woken_.send(true);
  }

 private:
  heddle::mutex kernel_;
  heddle::var<bool> sleeps_ = false;  // under kernel_
  heddle::chan<bool> woken_ = heddle::make_chan<bool>(1);
};

// The policies: of the lock-free parts (atomics.hpp), and of the parker (parker.hpp).
template <seeded Bug = seeded::nothing>
struct x86 {
  template <class T>
  using atomic = memory::atomic<T, Bug>;
  using parker = memory::parker;

  static bool shared() { return true; }
  static void light_barrier() {}
  static void heavy_barrier() {
    if constexpr (Bug != seeded::no_heavy_barrier) machine::wait_for_all_stores();
  }
};

template <seeded Bug = seeded::nothing>
struct kernel {
  template <class T>
  using atomic = memory::atomic<T, Bug>;
  using futex = memory::futex<Bug>;
};

}  // namespace memory
