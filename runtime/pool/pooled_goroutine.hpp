// A goroutine of performance mode: the core's, with its places in the pool's books.
#pragma once

#include "goroutine.hpp"
#include "heddle/run_queue.hpp"

namespace heddle::performance {

class pool;

struct pooled_goroutine : core::goroutine, runnable {
  pool* home = nullptr;
  bool in_blocking_call = false;         // blocked until heddle::blocking's function returns
  pooled_goroutine* previous = nullptr;  // among all of the pool's, in order of creation
  pooled_goroutine* following = nullptr;
};

}  // namespace heddle::performance
