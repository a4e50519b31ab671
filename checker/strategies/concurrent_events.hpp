// Which events of a trace are concurrent, as sets of bits. An event is *beside* an earlier one that it
// does not come after. Kept for the beginning that a trace shares with the one before.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "happens_before.hpp"

namespace heddle::explore {

class concurrent_events {
 public:
  // A trace's order, of whose events the first `known` are those looked at before.
  // O(events x events / 64 + new events x (actors + concurrent ones)).
  void look_at(const happens_before& order, std::uint32_t known);

  // Calls f(e) for each event that is beside b, in order, until f returns true; whether it did.
  template <class F>
  bool any_beside(std::uint32_t b, F f) {
    const std::uint64_t* const row = beside(b);
    for (std::size_t w = b / 64; w < words_; ++w)
      for (std::uint64_t left = row[w]; left != 0; left &= left - 1)
        if (f(static_cast<std::uint32_t>(64 * w) + lowest(left))) return true;
    return false;
  }
  // Whether one is.
  bool has_beside(std::uint32_t b) {
    const std::uint64_t* const row = beside(b);
    for (std::size_t w = b / 64; w < words_; ++w)
      if (row[w] != 0) return true;
    return false;
  }
  // As any_beside(), latest first, of the events before `end`.
  template <class F>
  bool any_beside_from_last(std::uint32_t b, std::uint32_t end, F f) {
    const std::uint64_t* const row = beside(b);
    for (std::size_t w = (end + 63) / 64; w-- > b / 64;) {
      std::uint64_t left = row[w];
      if (end < 64 * (w + 1)) left &= below(end);
      while (left != 0) {
        const auto bit = static_cast<std::uint32_t>(63 - std::countl_zero(left));
        if (f(static_cast<std::uint32_t>(64 * w) + bit)) return true;
        left &= ~(std::uint64_t{1} << bit);
      }
    }
    return false;
  }

 private:
  // The bits of those before e in e's word.
  static std::uint64_t below(std::uint32_t e) { return ~(~std::uint64_t{0} << e % 64); }
  static std::uint32_t lowest(std::uint64_t bits) {
    return static_cast<std::uint32_t>(std::countr_zero(bits));
  }
  bool is_long() const { return length_ > most_rows; }
  const std::uint64_t* beside(std::uint32_t b) {
    if (is_long()) return fill_only(b);
    return &beside_[b * stride_];
  }
  void forget_from(std::uint32_t known);
  void add_event(std::uint32_t e);
  const std::uint64_t* fill_only(std::uint32_t b);

  static constexpr std::uint32_t most_rows = 2048;  // 512 KB; of a longer trace one row is kept
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};

  const happens_before* order_ = nullptr;
  std::uint32_t length_ = 0;
  std::size_t words_ = 0;                // that hold the events
  std::size_t stride_ = 0;               // words of a row
  std::vector<std::uint64_t> past_;      // by event: those that come before it, and itself
  std::vector<std::uint64_t> beside_;    // by event
  std::vector<std::uint64_t> only_row_;  // of a long trace: that of event only_
  std::uint32_t only_ = nobody;
};

}  // namespace heddle::explore
