// How atomics and plain variables reach exploration mode.
#include "heddle/atomic.hpp"

#include "heddle/var.hpp"
#include "scheduling.hpp"

namespace heddle::detail {

using core::op_kind;

void announce_atomic(const void* address, object_id id, atomic_access access, std::uint64_t before,
                     std::uint64_t expected, place at, bool is_address) {
  static_assert(static_cast<int>(op_kind::atomic_compare) -
                    static_cast<int>(op_kind::atomic_load) ==
                static_cast<int>(atomic_access::compare_exchange));  // in the same order
  const auto kind =
      static_cast<op_kind>(static_cast<int>(op_kind::atomic_load) + static_cast<int>(access));
  core::operation op = core::make_operation(kind, id, address, at, before);
  op.extra = expected;
  op.holds_address = is_address;
  core::announce(op);  // while torn down the access still happens: nobody else looks
}

void note_atomic_value(std::uint64_t after) { core::note_value(after); }

// Not inlined, so that its return address lies in the code that makes the access.
[[gnu::noinline]] void plain_access(const void* address, object_id id, bool is_write, place at) {
  core::engine* e = core::current_engine_or_null();
  if (e != nullptr) e->plain_access({address, id, is_write, at, __builtin_return_address(0)});
}

}  // namespace heddle::detail
