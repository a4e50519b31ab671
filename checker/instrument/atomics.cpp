// std::atomic in code compiled for checking: each operation is announced like a heddle::atomic's,
// and is sequentially consistent whatever order it asks for. Outside of exploration the operation
// is done as it is, sequentially consistent too.
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>

#include "code_place.hpp"
#include "heddle/detail/atomic.hpp"
#include "mode.hpp"
#include "watch.hpp"

namespace heddle::instrument {

namespace {

using core::op_kind;
using u128 = unsigned __int128;

// Sixteen bytes at a time have no instruction everywhere: one lock for all of them.
class wide_lock {
 public:
  wide_lock() {
    while (taken_.exchange(true, std::memory_order_acquire)) {
    }
  }
  ~wide_lock() { taken_.store(false, std::memory_order_release); }
  wide_lock(const wide_lock&) = delete;
  wide_lock& operator=(const wide_lock&) = delete;

 private:
  inline static std::atomic<bool> taken_{false};  // acquire in the constructor, release here
};

// Replaces the value by change(value) atomically; returns the one before.
template <class T, class F>
T replace(volatile T* a, F change) {
  if constexpr (sizeof(T) == sizeof(u128)) {
    const wide_lock hold;
    const T before = *a;
    *a = change(before);
    return before;
  } else {
    T before = __atomic_load_n(a, __ATOMIC_SEQ_CST);
    while (!__atomic_compare_exchange_n(a, &before, change(before), true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST)) {
    }
    return before;
  }
}

template <class T>
T read(const volatile T* a) {
  if constexpr (sizeof(T) == sizeof(u128)) {
    const wide_lock hold;
    return *a;
  } else {
    return __atomic_load_n(a, __ATOMIC_SEQ_CST);
  }
}

template <class T>
std::uint64_t bits_of(T v) {
  return detail::value_bits(v);
}

// Announces an operation if it is the program's; `done` does it and says whether it wrote.
template <class T, class F>
auto perform(op_kind kind, const volatile T* a, T expected, int order, const void* code, F done) {
  const void* address = const_cast<const T*>(a);
  goroutine_calls* g = watching().running();
  if (g == nullptr || g->foreign()) return done();
  explore::sequencer& s = *explore::sequencer::active();
  if (is_static_guard(address)) {
    watching().learn(reinterpret_cast<std::uintptr_t>(address));
    return done();
  }
  if (order != __ATOMIC_SEQ_CST) s.note_weak_order(code);
  const std::uint32_t epoch = s.epoch();
  core::operation op;
  op.kind = kind;
  op.at = place_of_code(code);
  op.object = watching().atomic_at(address, op.at);
  op.address = address;
  op.value = bits_of(read(a));
  op.extra = bits_of(expected);
  op.holds_address = sizeof(T) == sizeof(void*);
  const bool in_turn = core::announce(op);
  const T before = read(a);
  const auto result = done();
  if (!in_turn) return result;
  const bool is_write = kind == op_kind::atomic_compare ? before == expected : kind != op_kind::atomic_load;
  if (kind != op_kind::atomic_load) s.note_value(bits_of(read(a)));
  watching().atomic_access(address, sizeof(T), is_write, epoch, code);
  return result;
}

template <class T>
T load(const volatile T* a, int order, const void* code) {
  return perform<T>(op_kind::atomic_load, a, T{}, order, code, [=] { return read(a); });
}

template <class T>
void store(volatile T* a, T v, int order, const void* code) {
  perform<T>(op_kind::atomic_store, a, T{}, order, code, [=] { return replace(a, [=](T) { return v; }); });
}

template <class T, class F>
T update(volatile T* a, int order, const void* code, F change) {
  return perform<T>(op_kind::atomic_update, a, T{}, order, code, [=] { return replace(a, change); });
}

// The value found, which is `expected` if the exchange was done.
template <class T>
T compare_exchange(volatile T* a, T expected, T desired, int order, const void* code) {
  return perform<T>(op_kind::atomic_compare, a, expected, order, code, [=] {
    return replace(a, [=](T found) { return found == expected ? desired : found; });
  });
}

}  // namespace

}  // namespace heddle::instrument

namespace in = heddle::instrument;

#define HEDDLE_HERE __builtin_return_address(0)

#define HEDDLE_FETCH(BITS, T, NAME, AFTER)                                                   \
  T __tsan_atomic##BITS##_fetch_##NAME(volatile T* a, T v, int order) {                      \
    return in::update<T>(a, order, HEDDLE_HERE, [=](T x) { return static_cast<T>(AFTER); }); \
  }

#define HEDDLE_ATOMIC(BITS, T)                                                                     \
  T __tsan_atomic##BITS##_load(const volatile T* a, int order) {                                   \
    return in::load<T>(a, order, HEDDLE_HERE);                                                     \
  }                                                                                                \
  void __tsan_atomic##BITS##_store(volatile T* a, T v, int order) {                                \
    in::store<T>(a, v, order, HEDDLE_HERE);                                                        \
  }                                                                                                \
  T __tsan_atomic##BITS##_exchange(volatile T* a, T v, int order) {                                \
    return in::update<T>(a, order, HEDDLE_HERE, [=](T) { return v; });                             \
  }                                                                                                \
  HEDDLE_FETCH(BITS, T, add, x + v)                                                                \
  HEDDLE_FETCH(BITS, T, sub, x - v)                                                                \
  HEDDLE_FETCH(BITS, T, and, x & v)                                                                \
  HEDDLE_FETCH(BITS, T, or, x | v)                                                                 \
  HEDDLE_FETCH(BITS, T, xor, x ^ v)                                                                \
  HEDDLE_FETCH(BITS, T, nand, ~(x & v))                                                            \
  int __tsan_atomic##BITS##_compare_exchange_strong(volatile T* a, T* expected, T v, int order,    \
                                                    int) {                                         \
    const T wanted = *expected;                                                                    \
    *expected = in::compare_exchange<T>(a, wanted, v, order, HEDDLE_HERE);                         \
    return *expected == wanted;                                                                    \
  }                                                                                                \
  int __tsan_atomic##BITS##_compare_exchange_weak(volatile T* a, T* expected, T v, int order,      \
                                                  int) {                                           \
    const T wanted = *expected;                                                                    \
    *expected = in::compare_exchange<T>(a, wanted, v, order, HEDDLE_HERE);                         \
    return *expected == wanted;                                                                    \
  }                                                                                                \
  T __tsan_atomic##BITS##_compare_exchange_val(volatile T* a, T expected, T v, int order, int) {   \
    return in::compare_exchange<T>(a, expected, v, order, HEDDLE_HERE);                            \
  }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"  // __int128
extern "C" {

HEDDLE_ATOMIC(8, std::uint8_t)
HEDDLE_ATOMIC(16, std::uint16_t)
HEDDLE_ATOMIC(32, std::uint32_t)
HEDDLE_ATOMIC(64, std::uint64_t)
HEDDLE_ATOMIC(128, unsigned __int128)

// All operations are sequentially consistent: a fence adds nothing.
void __tsan_atomic_thread_fence(int) { std::atomic_thread_fence(std::memory_order_seq_cst); }
void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
#pragma GCC diagnostic pop
