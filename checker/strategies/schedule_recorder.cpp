#include "schedule_recorder.hpp"

namespace heddle::explore {

bool schedule_recorder::begin() {
  choices_.clear();
  return chooser_.begin();
}

std::size_t schedule_recorder::pick(const point& at) {
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
