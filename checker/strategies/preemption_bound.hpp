// A decorator: another strategy's schedules, with a bound on preemptions.
//
// Musuvathi, Qadeer: Iterative Context Bounding for Systematic Testing of Multithreaded Programs,
// PLDI 2007. Once an execution has spent its preemptions, only alternatives in which the goroutine
// that runs goes on are shown to the other strategy, as long as there are any. What counts as a
// preemption is written in preemptions.hpp. Past the step bound a fair scheduler decides, and this
// one is not asked.
//
// Not for dpor, which would take what is hidden for something that is not possible.
#pragma once

#include <memory>
#include <vector>

#include "preemptions.hpp"
#include "strategy.hpp"

namespace heddle::explore {

class preemption_bound final : public strategy {
 public:
  preemption_bound(std::unique_ptr<strategy> chooser, unsigned most)
      : chooser_(std::move(chooser)), most_(most) {}

  std::string_view name() const override { return chooser_->name(); }
  bool begin() override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override { chooser_->end(t); }
  bool exhausted() const override { return chooser_->exhausted(); }
  bool left_out() const override { return left_out_ || chooser_->left_out(); }
  std::optional<std::uint64_t> seed() const override { return chooser_->seed(); }
  bool warming_up() const override { return chooser_->warming_up(); }
  std::uint64_t redundant() const override { return chooser_->redundant(); }
  double progress() const override { return chooser_->progress(); }
  std::string_view nondeterminism() const override { return chooser_->nondeterminism(); }
  // How many preemptions the execution has had.
  unsigned spent() const { return spent_; }

 private:
  std::size_t pick_among_shown(const point& at);

  std::unique_ptr<strategy> chooser_;
  unsigned most_;
  unsigned spent_ = 0;
  turn turn_;
  bool left_out_ = false;
  std::vector<alternative> shown_;
  std::vector<std::size_t> index_;  // of each shown one among all
};

}  // namespace heddle::explore
