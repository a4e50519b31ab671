// Planning after a long execution may take longer than all the time there is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace heddle::explore {

// Thrown out of strategy::end() when the time is up.
struct out_of_time {};

class time_limit {
 public:
  void set(std::chrono::steady_clock::time_point until) { until_ = until; }
  // Called before each piece of work that takes up to a millisecond. Throws out_of_time.
  void look() {
    if (until_ && ++pieces_ % between_looks == 0 && std::chrono::steady_clock::now() >= *until_)
      throw out_of_time();
  }

 private:
  static constexpr std::uint32_t between_looks = 64;  // looking takes as long as the least piece
  std::optional<std::chrono::steady_clock::time_point> until_;
  std::uint32_t pieces_ = 0;
};

}  // namespace heddle::explore
