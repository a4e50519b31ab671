// A set of trace hashes: open addressing in one array of powers of two, at most three quarters full.
//
// 8 bytes a slot, so 11 to 21 bytes for each trace; while it grows, half as much again is needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::explore {

class trace_set {
 public:
  // False if it was there already.
  bool insert(std::uint64_t hash);
  std::size_t size() const { return size_ + (zero_ ? 1 : 0); }
  void clear();

 private:
  std::uint64_t* slot_of(std::uint64_t hash);
  void grow();

  std::vector<std::uint64_t> slots_;  // 0: free
  std::size_t size_ = 0;              // without the hash 0, which no slot can hold
  bool zero_ = false;
};

}  // namespace heddle::explore
