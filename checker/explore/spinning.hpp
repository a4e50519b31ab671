// Spinning waits: `while (!ready.load()) heddle::yield();` must not blow up the search.
//
// Once a goroutine has yielded, and the operation it announces next is one it has done since its
// last yield, by way of the same calls (so it is going round a loop), and it changed nothing in
// between, then going round again before something that it read has changed would repeat the same
// iteration. It is held back until then, or until no other actor can do anything. The repetition
// counted out is invisible to the others; only a loop that counts its own iterations could tell
// (docs/limits.md).
//
// Yields in a row are as one. After a thousand of them, without anything else in between, the
// goroutine is held back until no other actor can do anything.
//
// A select with an `otherwise` looks at the channels of all its cases. A partner's arrival at an
// unbuffered channel changes nothing, so who is held back may still meet one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "action.hpp"
#include "call_path.hpp"
#include "trace.hpp"

namespace heddle::explore {

// Whether operations of this kind change nothing, though others depend on them.
constexpr bool only_looks(op_kind k) noexcept {
  switch (k) {
    case op_kind::atomic_load:
    case op_kind::is_closed:
    case op_kind::len:
    case op_kind::otherwise:
    case op_kind::clock_read:
    case op_kind::observe_all:
    case op_kind::pause: return true;
    default: return false;
  }
}
// The same of accesses, among those of operations that may change something: reads are the guards'.
constexpr bool only_looks(access_kind k) noexcept {
  switch (k) {
    case access_kind::read:
    case access_kind::everything:
    case access_kind::lock_failed:
    case access_kind::read_lock_failed:
    case access_kind::write_lock_failed:
    case access_kind::receive_closed: return true;
    default: return false;
  }
}

// How often each object was changed in this execution.
class object_versions {
 public:
  void reset();
  std::uint32_t of(object_id o) const { return o < versions_.size() ? versions_[o] : 0; }
  void changed(object_id o);

 private:
  std::vector<std::uint32_t> versions_;
};

// What one goroutine has done since its last yield.
class spin_window {
 public:
  void reset();
  bool after_yield() const { return after_yield_; }
  bool guarded() const { return guarded_; }
  // It performed an operation that it had announced among `offers`, where `path` says, its event at
  // `position`; `changes` says whether that changed an object.
  void performed(const operation& op, std::span<const operation> offers, call_path path,
                 std::uint32_t position, bool changes, const object_versions& versions);
  // It yielded. Returns false if it has done nothing but that for long: it must let something
  // happen then, or it would go on for ever.
  bool yielded();
  // It announces these operations next, there.
  void announced(std::span<const operation> offers, call_path path);
  // It is going round a spinning loop, and nothing that it read has changed.
  bool held_back(const object_versions& versions) const;
  // What it waits to see changed; nothing when it is not going round a loop.
  void guards(std::vector<guard>& out) const;

 private:
  struct seen {
    object_id object;
    op_kind kind;
    std::uint32_t version;
    std::uint32_t position;
    call_path path;
  };
  std::vector<seen> window_;
  std::vector<seen> guard_;
  std::uint32_t in_a_row_ = 0;  // yields
  bool changed_something_ = false;
  bool after_yield_ = false;
  bool guarded_ = false;
};

}  // namespace heddle::explore
