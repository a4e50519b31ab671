// Counts the distinct traces among the executions of a search: the proof, on demand, that an
// exhaustive search explored each trace once, and the coverage of one that samples.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "happens_before.hpp"
#include "trace_set.hpp"

namespace heddle::checker {

class trace_counter {
 public:
  // `begun_again`: how often the strategy has forgotten all it explored; what was counted before
  // counts no more.
  void add(const explore::trace& t, std::uint64_t begun_again);
  // The same for an execution of which only the hash is at hand.
  void add(std::uint64_t hash);

  std::uint64_t distinct() const { return seen_.size(); }
  // What there is to say if an optimal strategy came by a trace more than once.
  std::optional<std::string> repetition() const;

 private:
  explore::trace_set seen_;
  explore::happens_before order_;
  std::uint64_t executions_ = 0;
  std::uint64_t begun_again_ = 0;
};

}  // namespace heddle::checker
