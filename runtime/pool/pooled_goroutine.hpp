// A goroutine of performance mode: the core's, with its places in the pool's books. Records are
// dense and are used again; one that is free lies in a free list by the node in its storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "free_depot.hpp"
#include "goroutine.hpp"
#include "heddle/go.hpp"
#include "heddle/run_queue.hpp"

namespace heddle::performance {

// The first cache line is what a switch touches.
struct pooled_goroutine : runnable, core::goroutine {
  core::op_kind waiting_for = core::op_kind::start;  // valid while blocked, as are the next three
  bool in_blocking_call = false;  // blocked until heddle::blocking's function returns
  bool task_is_inline = false;    // the task lies in `storage`, else on the heap
  std::uint32_t since_ms = 0;     // the worker's clock when it blocked: milliseconds, coarse
  place waiting_at;
  const void* waiting_object = nullptr;
  const char* name = nullptr;     // given by the program, owned; or null
  alignas(void*) std::byte storage[detail::inline_task_bytes];
};

// A free record's node, in its storage.
struct free_record : free_node {
  pooled_goroutine* record;
};
static_assert(sizeof(free_record) <= detail::inline_task_bytes);

inline free_node* free_node_in(pooled_goroutine& g) noexcept {
  auto* node = new (g.storage) free_record;
  node->record = &g;
  return node;
}
inline pooled_goroutine& record_of(free_node* node) noexcept {
  return *static_cast<free_record*>(node)->record;
}

}  // namespace heddle::performance
