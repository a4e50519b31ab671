#include "replay.hpp"

#include <utility>

namespace heddle::explore {

namespace {

std::string count(std::uint64_t n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

// Where the program stands at a decision.
std::string stand(const point& at) {
  const operation& op = *at.alternatives.front().op;
  return "the program stands at " + place_name(op.at) + ", able to " +
         std::string(core::describe(op.kind)) +
         (at.alternatives.size() > 1 ? " among " + count(at.alternatives.size(), "alternative")
                                     : std::string());
}

}  // namespace

replay_strategy::replay_strategy(schedule followed, std::optional<std::uint64_t> stop_before)
    : followed_(std::move(followed)), stop_before_(stop_before) {}

bool replay_strategy::begin() { return !std::exchange(begun_, true); }

std::size_t replay_strategy::depart(const point& at, const std::string& why) {
  departure_ = "step " + std::to_string(at.step + 1) + ": " + why + "; " + stand(at);
  return abandon;
}

std::optional<std::size_t> replay_strategy::next_index(const point& at) {
  const std::size_t there = at.alternatives.size();
  if (there == 1) return 0;
  if (next_choice_ == followed_.choices.size()) {
    depart(at, "the schedule has no decision left");
    return std::nullopt;
  }
  const choice& next = followed_.choices[next_choice_];
  if (next.index >= there) {
    depart(at, "the schedule picks alternative " + std::to_string(next.index + 1) + " of " +
                   std::to_string(there));
    return std::nullopt;
  }
  if (next.check != choice_check(at.fingerprint)) {
    depart(at, "the schedule was made where other operations were possible");
    return std::nullopt;
  }
  ++next_choice_;
  last_checked_ = at.step + 1;
  return next.index;
}

std::size_t replay_strategy::pick(const point& at) {
  if (at.step >= followed_.steps) {
    if (followed_.partial)
      return depart(at, "the program goes on where it crashed or hung when the schedule was made");
    return depart(at, "the schedule ends after " + count(followed_.steps, "step"));
  }
  const std::optional<std::size_t> index = next_index(at);
  if (!index) return abandon;
  if (stop_before_ && at.step >= *stop_before_) {
    stopped_at_ = {at.alternatives[*index].what, *at.alternatives[*index].op};
    return abandon;
  }
  return *index;
}

void replay_strategy::end(const trace& t) {
  if (t.ended == ending::abandoned || !departure_.empty()) return;
  const std::string here = "step " + std::to_string(t.events.size() + 1) + ": ";
  if (t.events.size() < followed_.steps) {
    departure_ =
        here + "the program ends, the schedule goes on to step " + std::to_string(followed_.steps);
  } else if (followed_.partial) {
    departure_ = here + "the program ends where it crashed or hung when the schedule was made";
  } else if (next_choice_ != followed_.choices.size()) {
    departure_ = here + "the program ends, the schedule has " +
                 count(followed_.choices.size() - next_choice_, "decision") + " left";
  } else if (static_cast<std::uint32_t>(t.fingerprint) != followed_.fingerprint) {
    departure_ = "after step " + std::to_string(last_checked_) +
                 ": the operations or their results are not those of the schedule";
  }
}

}  // namespace heddle::explore
