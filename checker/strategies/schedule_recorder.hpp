// A decorator: lets another strategy choose and writes its choices down as a schedule.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "schedule.hpp"
#include "strategy.hpp"

namespace heddle::explore {

class schedule_recorder final : public strategy {
 public:
  // `chooser` outlives the recorder.
  explicit schedule_recorder(strategy& chooser) : chooser_(chooser) {}

  std::string_view name() const override { return chooser_.name(); }
  bool begin() override;
  const known_choice* known(std::size_t step, std::uint64_t fingerprint) override;
  std::size_t pick(const point& at) override;
  void end(const trace& t) override { chooser_.end(t); }
  bool exhausted() const override { return chooser_.exhausted(); }
  bool out_of_bound(const trace& t) override { return chooser_.out_of_bound(t); }
  bool left_out() const override { return chooser_.left_out(); }
  double progress() const override { return chooser_.progress(); }
  std::optional<std::uint64_t> seed() const override { return chooser_.seed(); }
  bool warming_up() const override { return chooser_.warming_up(); }
  std::uint64_t redundant() const override { return chooser_.redundant(); }
  std::uint64_t begun_again() const override { return chooser_.begun_again(); }
  std::string_view nondeterminism() const override { return chooser_.nondeterminism(); }

  // The schedule of the execution that ended as `t`, run under `step_bound`. The caller adds which
  // program it is of and the meaning of time.
  schedule recorded(const trace& t, std::size_t step_bound) const;

 private:
  strategy& chooser_;
  std::vector<choice> choices_;
  std::size_t known_at_ = 0;  // how many there were before the last known()
};

}  // namespace heddle::explore
