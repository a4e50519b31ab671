// The only place that knows which operations commute.
//
// Two events are dependent if they share a participant or touch the same object in a way whose
// order can be told. The relation is the finest of docs/semantics.md: rendezvous of four different
// goroutines commute, a buffered send and receive depend only through the slot that they share.
#pragma once

#include <span>

#include "action.hpp"

namespace heddle::explore {

// Whether the order of two accesses can be told. Symmetric.
bool dependent(const access& a, const access& b) noexcept;

// Whether two lists hold a dependent pair.
bool dependent(std::span<const access> a, std::span<const access> b) noexcept;

// Whether an access of this kind depends on every other access to its object, so that whatever
// came before an earlier such access also came before this one.
bool orders_everything(access_kind kind) noexcept;

}  // namespace heddle::explore
