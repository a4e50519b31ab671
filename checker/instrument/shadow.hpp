// Shadow memory: for every eight bytes of memory the head of its list of accesses
// (explore::access_history).
//
// Pages are made when first touched and never freed; what an execution left in them is told by the
// number of that execution and forgotten when the page is touched in the next.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "access_history.hpp"
#include "real_memory.hpp"

namespace heddle::instrument {

using location = explore::access_history::location;

class shadow {
 public:
  static constexpr std::uintptr_t cell_bytes = 8;

  // The cell that holds an address. Valid until memory is cleared.
  location& cell(std::uintptr_t address, std::uint64_t execution) {
    page& p = page_of(address / page_bytes, execution);
    return p.cells[address % page_bytes / cell_bytes];
  }
  // The same, or null where finding it takes longer.
  [[gnu::always_inline]] location* find_quickly(std::uintptr_t address, std::uint64_t execution) {
    const std::uintptr_t number = address / page_bytes;
    const recent_page& r = recent_[number % recent_count];
    if (r.number != number || r.there->execution != execution) return nullptr;
    return &r.there->cells[address % page_bytes / cell_bytes];
  }
  // Forgets what was done to memory in this execution: it was allocated anew.
  void clear(std::uintptr_t address, std::size_t bytes, std::uint64_t execution);

 private:
  static constexpr std::uintptr_t page_bytes = 1024;
  static constexpr std::size_t recent_count = 1024;

  struct page {
    std::uint64_t execution = 0;
    std::array<location, page_bytes / cell_bytes> cells{};
  };
  struct recent_page {
    std::uintptr_t number = ~std::uintptr_t{0};
    page* there = nullptr;
  };

  page& page_of(std::uintptr_t number, std::uint64_t execution) {
    const recent_page& r = recent_[number % recent_count];
    page& p = r.number == number ? *r.there : find(number);
    if (p.execution != execution) {
      heddle_real_memset(p.cells.data(), 0, sizeof p.cells);
      p.execution = execution;
    }
    return p;
  }
  [[gnu::noinline]] page& find(std::uintptr_t number);

  std::array<recent_page, recent_count> recent_{};
  std::unordered_map<std::uintptr_t, std::unique_ptr<page>> pages_;
};

}  // namespace heddle::instrument
