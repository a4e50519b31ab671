// Who holds what at the end of an execution: the trace's events folded into the object model.
#pragma once

#include <string>

#include "object_model.hpp"
#include "trace.hpp"

namespace heddle::detect {

class holders {
 public:
  explicit holders(const explore::trace& t);

  // Who holds up the goroutine: "main.2", "readers main.1 and main.3", "a counter of 2"; empty
  // where nobody does, or nobody in particular.
  std::string of(explore::actor_id waiting) const;

  // Whether a periodic timer sends on this channel: who waits on it can go on.
  bool ticks(explore::object_id channel) const;

 private:
  std::string of(const explore::operation& op, explore::actor_id waiting) const;
  std::string name(explore::actor_id who, explore::actor_id waiting) const;

  const explore::trace& trace_;
  explore::object_model model_;
};

}  // namespace heddle::detect
