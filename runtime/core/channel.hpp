// What the core does with channels beside sending and receiving.
#pragma once

#include "heddle/detail/channel.hpp"
#include "operation.hpp"

namespace heddle::detail {

core::operation describe(const channel& c, core::op_kind kind, place at, int branch = 0) noexcept;
// Closes unless closed; says whether it did. A context's cancellation: two may meet.
bool channel_try_close(channel& c, place at);
// Whether the channel is closed, as an operation.
bool channel_is_closed(channel& c, place at);
// The same for who is listed to be told of the close, if it is open: what the caller did before
// happens before the close, as if a lock were taken by both.
bool channel_register(channel& c, place at);

}  // namespace heddle::detail
