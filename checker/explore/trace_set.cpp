#include "trace_set.hpp"

#include <utility>

namespace heddle::explore {

namespace {

constexpr std::size_t first_size = 1024;

}  // namespace

// The slot that holds the hash, or the free one where it belongs. The hashes' own bits spread them.
std::uint64_t* trace_set::slot_of(std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(hash ^ hash >> 32) & mask;
  while (slots_[at] != 0 && slots_[at] != hash) at = (at + 1) & mask;
  return &slots_[at];
}

void trace_set::grow() {
  const std::size_t size = slots_.empty() ? first_size : 2 * slots_.size();
  const std::vector<std::uint64_t> old = std::exchange(slots_, std::vector<std::uint64_t>(size));
  for (const std::uint64_t hash : old)
    if (hash != 0) *slot_of(hash) = hash;
}

bool trace_set::insert(std::uint64_t hash) {
  if (hash == 0) return !std::exchange(zero_, true);
  if (4 * (size_ + 1) > 3 * slots_.size()) grow();
  std::uint64_t* slot = slot_of(hash);
  if (*slot == hash) return false;
  *slot = hash;
  ++size_;
  return true;
}

void trace_set::clear() {
  slots_.clear();
  size_ = 0;
  zero_ = false;
}

}  // namespace heddle::explore
