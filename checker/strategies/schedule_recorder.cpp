#include "schedule_recorder.hpp"

namespace heddle::explore {

bool schedule_recorder::begin() {
  choices_.clear();
  return chooser_.begin();
}

const known_choice* schedule_recorder::known(std::size_t step, std::uint64_t fingerprint) {
  const known_choice* again = chooser_.known(step, fingerprint);
  known_at_ = choices_.size();
  if (again != nullptr && again->alternatives > 1)
    choices_.push_back({again->index, choice_check(fingerprint)});
  return again;
}

std::size_t schedule_recorder::pick(const point& at) {
  if (choices_.size() > known_at_) choices_.pop_back();  // the known choice was not possible
  const std::size_t picked = chooser_.pick(at);
  if (picked != abandon && at.alternatives.size() > 1)
    choices_.push_back({static_cast<std::uint32_t>(picked), choice_check(at.fingerprint)});
  return picked;
}

schedule schedule_recorder::recorded(const trace& t, std::size_t step_bound) const {
  schedule s;
  s.choices = choices_;
  s.steps = t.events.size();
  s.step_bound = t.events.size() > step_bound ? step_bound : 0;
  s.fingerprint = static_cast<std::uint32_t>(t.fingerprint);
  return s;
}

}  // namespace heddle::explore
