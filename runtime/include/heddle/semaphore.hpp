// semaphore: a weighted semaphore (https://pkg.go.dev/golang.org/x/sync/semaphore).
//
//   heddle::semaphore memory(megabytes);
//   if (heddle::error e = memory.acquire(ctx, 64)) return e;   // gave up with the context
//   heddle::defer release([&] { memory.release(64); });
//
// Requests are served in order of arrival: one that is too large to be met holds back the smaller
// ones behind it, so it is not starved. In exploration mode an arrival, a release and giving up are
// each one visible event on the semaphore.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <variant>

#include "heddle/chan.hpp"
#include "heddle/context.hpp"
#include "heddle/detail/atomic_object.hpp"
#include "heddle/error.hpp"

namespace heddle {

class semaphore {
 public:
  // `size` is the weight that may be held in all.
  explicit semaphore(std::int64_t size, place at = place::current());
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;

  // Blocks until weight `n` is available; for ever when n is more than the size. Weights may not
  // be negative: every call panics on one that is.
  void acquire(std::int64_t n = 1, place at = place::current());
  // The same, but gives up when `ctx` is cancelled and returns its error; nil once acquired. An
  // n of more than the size waits for the context without holding back others.
  error acquire(const context& ctx, std::int64_t n = 1, place at = place::current());
  // Acquires without blocking, or returns false: also while others wait.
  bool try_acquire(std::int64_t n = 1, place at = place::current());
  // Panics when more is released than is held.
  void release(std::int64_t n = 1, place at = place::current());

 private:
  struct request {
    std::int64_t n;
    chan<std::monostate> ready;  // closed once granted
    bool granted = false;
  };
  using request_handle = std::shared_ptr<request>;
  using request_list = std::list<request_handle>;

  bool take(std::int64_t n);  // REQUIRES: guard_
  request_list grant();       // REQUIRES: guard_
  static void wake(const request_list& granted, place at);
  void leave(const request_handle& mine, place at);

  const std::int64_t size_;
  std::int64_t held_ = 0;
  request_list waiting_;  // in order of arrival; none granted
  std::mutex guard_;
  detail::atomic_object events_;
};

}  // namespace heddle
