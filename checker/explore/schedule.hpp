// A schedule: the decisions of one execution as a short printable string.
//
// Only points with more than one alternative are written: the index picked and eight bits of what
// there was to pick from; then the number of steps and a fingerprint of all of them, and a
// checksum. So a schedule of another model, a damaged one, and one that a changed program no longer
// fits are each told apart and refused.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "trace.hpp"

namespace heddle::explore {

struct choice {
  std::uint32_t index = 0;
  std::uint8_t check = 0;  // of the point's fingerprint
  bool operator==(const choice&) const = default;
};

struct schedule {
  std::uint32_t program = 0;  // hash of the model's name
  bool idle_time = false;
  std::vector<choice> choices;  // of points with several alternatives, in order
  std::uint64_t steps = 0;
  std::uint64_t step_bound = 0;   // where a fair scheduler took over; 0: it did not
  std::uint32_t fingerprint = 0;  // of the whole execution; 0 with `partial`
  bool partial = false;           // the execution did not end: it crashed or hung
  bool operator==(const schedule&) const = default;
};

struct bad_schedule : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The part of a point's fingerprint that a choice carries.
constexpr std::uint8_t choice_check(std::uint64_t point_fingerprint) noexcept {
  return static_cast<std::uint8_t>(point_fingerprint);
}

// The schedule of the execution that ended as `t`, run under a step bound. The caller adds which
// program it is of and the meaning of time.
schedule schedule_of(const trace& t, std::size_t step_bound);

std::uint32_t program_hash(std::string_view model_name);
// "h1." and base64url without padding.
std::string to_text(const schedule& s);
// Throws bad_schedule: one sentence that says what is wrong with the text.
schedule parse_schedule(std::string_view text);

}  // namespace heddle::explore
