// The untyped channel behind chan<T>: what the templates of chan.hpp and select.hpp call.
#pragma once

#include <cstddef>
#include <span>

#include "heddle/detail/seam.hpp"

namespace heddle::detail {

class channel;  // reference-counted; a null pointer is the nil channel

channel* make_channel(const element_type& type, std::size_t capacity, place at);
void retain(channel* c) noexcept;
void release(channel* c) noexcept;

// Moves from *value. Blocks for ever on nil; panics on a closed channel.
void channel_send(channel* c, void* value, place at);
// Constructs the received value in the raw storage `to` and returns true, or returns false when
// the channel is closed and drained. Blocks for ever on nil.
bool channel_recv(channel* c, void* to, place at);
// Panics on nil and on a closed channel.
void channel_close(channel* c, place at);
std::size_t channel_len(const channel* c, place at);
std::size_t channel_cap(const channel* c) noexcept;

// One case of a select. `value` is moved from by a send, and is raw storage for a receive.
struct select_case {
  channel* c = nullptr;
  bool is_send = false;
  void* value = nullptr;
  bool received = false;  // out: a receive constructed a value
};

// Blocks until one case has run and returns its index, or returns -1 at once when
// `has_otherwise` and no case is ready. With no case and no otherwise it blocks for ever.
int select_cases(std::span<select_case> cases, bool has_otherwise, place at);

}  // namespace heddle::detail
