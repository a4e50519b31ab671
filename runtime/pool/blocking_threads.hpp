// OS threads that run what may block (heddle::blocking), so that the workers can go on. A thread
// that has nothing to do is kept for the next call.
//
// A call may outlast the program that made it: main returns while a read() is outstanding. The
// threads are therefore detached, share their state with this object, and tell the pool of a
// finished call only while this object exists.
#pragma once

#include <exception>
#include <functional>
#include <memory>

#include "heddle/detail/spin_lock.hpp"

namespace heddle::performance {

class pool;
struct pooled_goroutine;

// Lives on the caller's stack until the call is finished.
struct blocking_call {
  const std::function<void()>& f;
  pooled_goroutine& caller;
  std::exception_ptr failure;
  detail::spin_lock leaving;  // held until the caller has left its stack
};

class blocking_threads {
 public:
  // `home` is told of finished calls.
  explicit blocking_threads(pool& home);
  blocking_threads(const blocking_threads&) = delete;
  blocking_threads& operator=(const blocking_threads&) = delete;
  ~blocking_threads();

  // Throws std::system_error, with nothing started, where no thread can be had.
  void start(blocking_call& call);

 private:
  struct shared_state;
  static void serve(const std::shared_ptr<shared_state>& state) noexcept;

  std::shared_ptr<shared_state> state_;
};

}  // namespace heddle::performance
