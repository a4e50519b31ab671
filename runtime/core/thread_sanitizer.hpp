// What ThreadSanitizer is told where a program that was compiled with it runs at speed: which
// goroutine runs, and what orders what. Heddle itself need not be compiled with it: the functions
// are there if the program has its runtime, which is asked when the program runs.
//
// A switch of stacks is no synchronisation; Go's edges are told by the primitives, one line each,
// coarser here and there: all operations on one channel are ordered, and a goroutine comes after
// the one that had its stack before.
#pragma once

extern "C" {
[[gnu::weak]] void* __tsan_get_current_fiber();
[[gnu::weak]] void* __tsan_create_fiber(unsigned flags);
[[gnu::weak]] void __tsan_destroy_fiber(void* fiber);
[[gnu::weak]] void __tsan_switch_to_fiber(void* fiber, unsigned flags);
[[gnu::weak]] void __tsan_acquire(void* address);
[[gnu::weak]] void __tsan_release(void* address);
[[gnu::weak]] void AnnotateIgnoreReadsBegin(const char* file, int line);
[[gnu::weak]] void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace heddle::core {

inline bool has_thread_sanitizer() noexcept { return &__tsan_switch_to_fiber != nullptr; }

// What was done before happens before what comes after acquire_order() of the same address.
inline void release_order(const void* by) noexcept {
  if (has_thread_sanitizer()) [[unlikely]]
    __tsan_release(const_cast<void*>(by));
}
inline void acquire_order(const void* by) noexcept {
  if (has_thread_sanitizer()) [[unlikely]]
    __tsan_acquire(const_cast<void*>(by));
}

// Orders the scopes that name one address.
class ordered_scope {
 public:
  explicit ordered_scope(const void* by) noexcept : by_(by) { acquire_order(by); }
  ordered_scope(const ordered_scope&) = delete;
  ordered_scope& operator=(const ordered_scope&) = delete;
  ~ordered_scope() { release_order(by_); }

 private:
  const void* by_;
};

// What is done in such a scope, reads and writes and freeing, is no concern of the program's.
class unwatched_scope {
 public:
  unwatched_scope() noexcept {
    if (has_thread_sanitizer()) [[unlikely]]
      AnnotateIgnoreReadsBegin("", 0);
  }
  unwatched_scope(const unwatched_scope&) = delete;
  unwatched_scope& operator=(const unwatched_scope&) = delete;
  ~unwatched_scope() {
    if (has_thread_sanitizer()) [[unlikely]]
      AnnotateIgnoreReadsEnd("", 0);
  }
};

}  // namespace heddle::core
