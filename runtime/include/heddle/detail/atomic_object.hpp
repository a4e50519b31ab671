// An object whose every call is atomic: one visible event each in exploration mode, as if its whole
// state were one atomic variable. What a caller does between such an event and its next operation
// belongs to the event; in performance mode a lock of the caller's makes it so.
#pragma once

#include <cstdint>

#include "heddle/detail/atomic.hpp"

namespace heddle::detail {

class atomic_object {
 public:
  atomic_object(const char* what, place at) noexcept : id_(name_object(what, at)) {}
  atomic_object(const atomic_object&) = delete;
  atomic_object& operator=(const atomic_object&) = delete;

  // Before a call that only reads: two of them are independent.
  HEDDLE_UNWATCHED void read(place at) const {
    if (exploring) [[unlikely]]
      announce_atomic(this, id_, atomic_access::load, version_, 0, at);
  }
  // Before a call that may write.
  HEDDLE_UNWATCHED void update(place at) {
    if (!exploring) [[likely]]
      return;
    announce_atomic(this, id_, atomic_access::update, version_, 0, at);
    note_atomic_value(++version_);
  }

 private:
  std::uint64_t version_ = 0;  // stands for the state: the number of updates; exploration only
  object_id id_;
};

}  // namespace heddle::detail
