// Running a function that ends its process, in a process of its own.
#pragma once

#include <functional>
#include <string>

struct child_outcome {
  int exit_status = -1;  // -1: ended by a signal
  std::string errors;    // what it wrote to standard error
};

// Runs `f` in a fork of this process; the exit status is 0 when `f` returns. A child that hangs is
// ended by a signal.
child_outcome in_child_process(const std::function<void()>& f);
