// A goroutine: a function, a stack, and what reports say about it.
#pragma once

#include <cstdint>
#include <memory>

#include "context_switch.hpp"
#include "heddle/go.hpp"
#include "operation.hpp"
#include "stack.hpp"

namespace heddle::core {

enum class goroutine_state : std::uint8_t { fresh, runnable, running, blocked, finished };

struct goroutine {
  execution_context context;
  goroutine_state state = goroutine_state::fresh;
  bool unwinding = false;     // torn down at the end of an execution
  std::uint32_t id = 0;       // the engine's: dense, stable across interleavings when exploring
  stack memory;
  std::unique_ptr<detail::task> work;
  place created_at;
  std::uint32_t parent = 0;
};

}  // namespace heddle::core
