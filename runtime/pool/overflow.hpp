// Stack overflows: a fault in the guard below a goroutine's stack is reported, on a signal stack of
// the worker's; any other fault goes to whoever handled it before.
#pragma once

#include <cstddef>
#include <memory>

namespace heddle::performance {

class pool;

// While it lives, faults are looked at and the calling thread has a signal stack.
class overflow_handler {
 public:
  overflow_handler();
  overflow_handler(const overflow_handler&) = delete;
  overflow_handler& operator=(const overflow_handler&) = delete;
  ~overflow_handler();

 private:
  static constexpr std::size_t bytes = 256 * 1024;  // the report is put together on it
  std::unique_ptr<std::byte[]> stack_;              // null: the thread has one already
};

}  // namespace heddle::performance
