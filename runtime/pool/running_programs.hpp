// The programs that run in this process, for who looks at them from outside: heddle::stats() and
// its like, SIGQUIT, debuggers.
#pragma once

#include <functional>

namespace heddle::performance {

class pool;

// While it lives, the program can be found, and SIGQUIT prints its goroutines and ends the process
// with status 2, unless somebody handles or ignores that signal already.
class running_program {
 public:
  explicit running_program(pool& p);
  running_program(const running_program&) = delete;
  running_program& operator=(const running_program&) = delete;
  ~running_program();

 private:
  pool& pool_;
};

// Calls `look` with the program that the calling thread works for, else with the one that has run
// longest in this process, which does not end meanwhile. False: there is none.
bool look_at_program(const std::function<void(pool&)>& look);

}  // namespace heddle::performance
