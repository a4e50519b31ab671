#include "dependence.hpp"

#include <array>
#include <initializer_list>

namespace heddle::explore {

namespace {

using kind = access_kind;
constexpr std::size_t kinds = static_cast<std::size_t>(kind::everything) + 1;

// A symmetric table of independent pairs; whatever is not listed is dependent.
class independence_table {
 public:
  constexpr independence_table() {
    all_of({kind::read});
    all_of({kind::lock_failed});
    all_of({kind::read_lock, kind::read_unlock, kind::read_lock_failed});
    all_of({kind::read_lock_failed, kind::write_lock_failed});
    all_of({kind::group_add});
    all_of({kind::group_panic});
    each_with({kind::group_panic}, {kind::group_wait});
    all_of({kind::group_wait});
    all_of({kind::passed});
    // Channels. After a close nothing but receives can happen, so what needs the channel closed is
    // ordered only after the close itself and, for receives, after the buffer was drained.
    all_of({kind::rendezvous});
    all_of({kind::receive_closed, kind::send_closed, kind::close_closed, kind::poll_buffered,
            kind::poll_open, kind::observe_len});
    each_with({kind::send_closed, kind::close_closed, kind::poll_open, kind::observe_len},
              {kind::rendezvous});
    each_with({kind::send_closed, kind::close_closed, kind::poll_open}, {kind::send, kind::receive});
    each_with({kind::receive_closed}, {kind::rendezvous, kind::send});
    each_with({kind::close}, {kind::receive, kind::observe_len});
    // The clock: timers change nothing for each other; only the advance of time does.
    all_of({kind::time_read, kind::timer});
  }
  constexpr bool operator()(kind a, kind b) const {
    return table_[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
  }

 private:
  constexpr void set(kind a, kind b) {
    table_[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)] = true;
    table_[static_cast<std::size_t>(b)][static_cast<std::size_t>(a)] = true;
  }
  constexpr void all_of(std::initializer_list<kind> group) { each_with(group, group); }
  constexpr void each_with(std::initializer_list<kind> as, std::initializer_list<kind> bs) {
    for (kind a : as)
      for (kind b : bs) set(a, b);
  }
  std::array<std::array<bool, kinds>, kinds> table_{};
};

constexpr independence_table independent{};

// The slots decide: `slot` of a receive is the number of the message it takes; of a send, the
// number of the message it puts, with the capacity of the channel above it. Of a channel with more
// room than can be told there, any receive that could have made room counts as the one that did.
bool same_slot(const access& send, const access& receive) noexcept {
  const std::uint32_t capacity = send.slot >> slot_bits;
  const std::uint32_t number = send.slot & slot_mask;
  const std::uint32_t taken = receive.slot & slot_mask;
  if (capacity == most_capacity_told && number > taken) return number - taken >= capacity;
  return number == taken || taken + capacity == number;
}

}  // namespace

bool dependent(const access& a, const access& b) noexcept {
  if (a.kind == kind::everything || b.kind == kind::everything) return true;
  if (a.object != b.object) return false;
  if (a.kind == kind::send && b.kind == kind::receive) return same_slot(a, b);
  if (a.kind == kind::receive && b.kind == kind::send) return same_slot(b, a);
  // Two dones commute where neither order panics: not on a group where one was seen to panic.
  if (a.kind == kind::group_done && b.kind == kind::group_done) return a.slot != 0;
  if (a.kind == kind::timer && b.kind == kind::timer) return a.slot == b.slot;
  return !independent(a.kind, b.kind);
}

bool dependent(std::span<const access> a, std::span<const access> b) noexcept {
  for (const access& x : a)
    for (const access& y : b)
      if (dependent(x, y)) return true;
  return false;
}

bool orders_everything(access_kind k) noexcept {
  switch (k) {
    case kind::write:
    case kind::lock:
    case kind::unlock:
    case kind::write_arrive:
    case kind::write_lock:
    case kind::write_unlock:
    case kind::exclusive:
    case kind::time_advance: return true;
    default: return false;
  }
}

}  // namespace heddle::explore
