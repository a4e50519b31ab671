// The happens-before order of a trace: vector clocks over actors, one row for each event.
//
// An event comes after its participants' previous events, after the event that created an actor,
// and after every earlier event that it depends on. Mattern 1989; the order is the trace itself
// (Mazurkiewicz 1977), so that what is concurrent here can be swapped without a difference.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trace.hpp"

namespace heddle::explore {

using clock_row = std::span<const std::uint32_t>;

class happens_before {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  // Analyses the first `length` events, of which the first `known` are those of the trace analysed
  // before. O((length - known) x (actors + conflicts)). Keeps memory.
  void analyse(const trace& t, std::size_t length, std::size_t known = 0);

  std::size_t length() const { return length_; }
  // How many events of each actor are in the past of event e, e included.
  clock_row clock(std::size_t e) const {
    return {&clocks_[e * stride_], actors_};
  }
  // The past of an actor at a position: of what it does next, not that included.
  clock_row clock_at(actor_id who, std::uint32_t position) const;
  // Event e is in the past described by `row`, or is its last event.
  bool in_past(std::size_t e, clock_row row) const {
    return row[who_[e]] > position_[e];
  }
  // a comes before b, or is b.
  bool ordered(std::size_t a, std::size_t b) const { return in_past(a, clock(b)); }
  // The event at an actor's position; `none` if it has none within the length.
  std::uint32_t event_at(actor_id who, std::uint32_t position) const {
    return position < events_of_[who].size() ? events_of_[who][position] : none;
  }
  // How many events the actor takes part in.
  std::uint32_t positions(actor_id who) const {
    return static_cast<std::uint32_t>(events_of_[who].size());
  }
  // The events that touch an object, in order.
  std::span<const std::uint32_t> events_on(object_id o) const {
    return o < on_.size() ? std::span<const std::uint32_t>(on_[o]) : std::span<const std::uint32_t>();
  }
  // The events that e directly comes after because it depends on them, latest first, if it touches
  // one thing alone. Otherwise those among them that were not found in each other's past.
  std::span<const std::uint32_t> depends_on(std::uint32_t e) const {
    const std::size_t first = e == 0 ? 0 : direct_end_[e - 1];
    return std::span(direct_).subspan(first, direct_end_[e] - first);
  }
  std::size_t actors() const { return actors_; }

 private:
  void forget_from(std::size_t known);
  void add_event(const trace& t, std::uint32_t e);
  void add_conflicts(const trace& t, std::uint32_t e, std::uint32_t* row);
  void join(std::uint32_t* row, clock_row other);
  void file(object_id o, std::uint32_t e);

  const trace* trace_ = nullptr;
  std::size_t length_ = 0;
  std::size_t actors_ = 0;
  std::size_t stride_ = 0;                // of a row in clocks_; rows are zero beyond actors_
  std::vector<std::uint32_t> clocks_;
  std::vector<actor_id> who_;             // of each event
  std::vector<std::uint32_t> position_;   // of each event's who
  std::vector<std::uint32_t> direct_;     // depends_on() of each event
  std::vector<std::size_t> direct_end_;   // by event, in direct_
  std::vector<std::vector<std::uint32_t>> events_of_;
  std::vector<std::vector<std::uint32_t>> on_;
  std::vector<object_id> used_;
  std::vector<std::uint32_t> nothing_;    // the past of main
};

}  // namespace heddle::explore
