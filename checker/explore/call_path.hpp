// Where a goroutine stands, and by way of which calls.
#pragma once

#include <cstdint>

namespace heddle::explore {

// Two of one process are equal where code is reached by the same calls: in the next turn of a loop,
// not in a second call of the same function nor deeper in a recursion. (Calls that were compiled
// into their caller are told apart as well: they are other code.)
using call_path = std::uint64_t;

// The caller's, on a stack whose frames matter up to that at `bottom`. O(frames), some 100 ns each.
call_path current_call_path(const void* bottom);

}  // namespace heddle::explore
