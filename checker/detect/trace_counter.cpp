#include "trace_counter.hpp"

#include "trace_hash.hpp"

namespace heddle::checker {

void trace_counter::add(const explore::trace& t, std::uint64_t begun_again) {
  if (begun_again != begun_again_) {
    seen_.clear();
    executions_ = 0;
    begun_again_ = begun_again;
  }
  order_.analyse(t, t.events.size());
  add(explore::trace_hash(t, order_));
}

void trace_counter::add(std::uint64_t hash) {
  ++executions_;
  seen_.insert(hash);
}

std::optional<std::string> trace_counter::repetition() const {
  const std::uint64_t repeated = executions_ - distinct();
  if (repeated == 0) return std::nullopt;
  return std::to_string(repeated) + " of " + std::to_string(executions_) +
         " executions repeated a trace that had been explored, where each is to be explored once";
}

}  // namespace heddle::checker
