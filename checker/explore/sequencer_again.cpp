// Running the execution at hand once more, by the same decisions.
//
// A goroutine yields, which none of its name was seen to do before. What it has done since it
// began, and from where, is to be known then; it was not kept, since few goroutines yield. So the
// execution is given up and run again with all of that kept, up to where it was, and then on. The
// strategy is not told: until then nobody could have been held back, so it was asked for the same.
#include <utility>

#include "mode.hpp"
#include "sequencer.hpp"

namespace heddle::explore {

namespace {

// Goroutines that are found to yield one by one. Then many do, and all are taken to.
constexpr std::uint32_t most_learnt = 16;

}  // namespace

// The goroutine is torn down.
void sequencer::learn_that_it_yields() {
  spinning_ = true;
  state(running_->id).yields = true;
  if (++learnt_ == most_learnt) all_yield_ = true;
  again_ = trace_.events;
  starting_over_ = true;
  finish(ending::abandoned);
  leave();
  core::must_unwind();
}

// Whether the execution that ended is to be run once more.
bool sequencer::starts_over() {
  const bool over_again = std::exchange(starting_over_, false);
  if (!over_again) again_.clear();
  return over_again;
}

bool sequencer::take_again(std::size_t step) {
  const event& e = again_[step];
  released_ = held_back(e.what) ? e.what.who : no_actor;
  const alternative* it = alternatives_.only(trace_, model_, e.what, released_);
  if (it == nullptr || e.how.fingerprint != trace_.fingerprint) {
    step_ = step;
    return depart(e.op);
  }
  perform(*it, e.how);
  return true;
}

}  // namespace heddle::explore
