// Traces written by hand, a line per operation.
#pragma once

#include <string>

#include "trace.hpp"

// Builds a trace: goroutines and objects first, then what was announced and performed.
class written_trace {
 public:
  using actor_id = heddle::explore::actor_id;
  using object_id = heddle::explore::object_id;
  using op_kind = heddle::explore::op_kind;

  written_trace();  // main alone

  actor_id goroutine(const std::string& name = "");  // a child of main
  object_id object(const char* what);                // made by main
  // `who` announces and, unless it is left pending, performs an operation.
  void performs(actor_id who, op_kind kind, object_id o = 0, std::uint64_t value = 0);
  void waits(actor_id who, op_kind kind, object_id o = 0);
  void also_offers(actor_id who, op_kind kind, object_id o);  // one more case of what it waits for
  void meets(actor_id sender, actor_id receiver, object_id channel);
  void finishes(actor_id who);
  void notes(actor_id who, heddle::panic_kind kind, bool uncaught, const std::string& message);

  // The two halves of performs().
  void announce(actor_id who, op_kind kind, object_id o, std::uint64_t value);
  heddle::explore::event& add_event(actor_id who);

  heddle::explore::trace t;
};
