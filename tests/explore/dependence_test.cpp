// Which sends and receives of a buffered channel depend on each other: those that share a slot.
#include "dependence.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace explore = heddle::explore;

namespace {

constexpr explore::object_id channel = 1;

explore::access numbered(explore::access_kind kind, std::uint32_t number, std::uint32_t capacity) {
  const std::uint32_t told = std::min(capacity, explore::most_capacity_told);
  return {channel, kind, number | told << explore::slot_bits};
}

bool share_slot(std::uint32_t sent, std::uint32_t taken, std::uint32_t capacity) {
  const explore::access send = numbered(explore::access_kind::send, sent, capacity);
  const explore::access receive = numbered(explore::access_kind::receive, taken, capacity);
  CHECK(dependent(send, receive) == dependent(receive, send));
  return dependent(send, receive);
}

}  // namespace

TEST_CASE("a send depends on the receive of its message and on the one that made room",
          "[explore]") {
  CHECK(share_slot(7, 7, 3));
  CHECK(share_slot(7, 4, 3));
  CHECK_FALSE(share_slot(7, 5, 3));
  CHECK_FALSE(share_slot(4, 7, 3));
}

TEST_CASE("the receive that made room in a channel of any size is among those depended on",
          "[explore]") {
  CHECK(share_slot(6000, 1000, 5000));
  CHECK(share_slot(6000, 6000, 5000));
  CHECK_FALSE(share_slot(6000, 5000, 5000));
  CHECK_FALSE(share_slot(1000, 6000, 5000));
}
