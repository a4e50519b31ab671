// How atomics and plain variables reach exploration mode.
#include "heddle/atomic.hpp"

#include "heddle/var.hpp"
#include "locks.hpp"

namespace heddle::detail {

using core::op_kind;

void announce_atomic(const void* address, object_id id, atomic_access access, std::uint64_t before,
                     std::uint64_t expected, place at, bool is_address) {
  op_kind kind = op_kind::atomic_load;
  switch (access) {
    case atomic_access::load: kind = op_kind::atomic_load; break;
    case atomic_access::store: kind = op_kind::atomic_store; break;
    case atomic_access::update: kind = op_kind::atomic_update; break;
    case atomic_access::compare_exchange: kind = op_kind::atomic_compare; break;
  }
  core::operation op = core::make_operation(kind, id, address, at, before);
  op.extra = expected;
  op.holds_address = is_address;
  core::announce(op);  // while torn down the access still happens: nobody else looks
}

void note_atomic_value(std::uint64_t after) { core::current_engine().note_value(after); }

// Not inlined, so that its return address lies in the code that makes the access.
[[gnu::noinline]] void plain_access(const void* address, object_id id, bool is_write, place at) {
  core::engine* e = core::current_engine_or_null();
  if (e != nullptr) e->plain_access({address, id, is_write, at, __builtin_return_address(0)});
}

}  // namespace heddle::detail
