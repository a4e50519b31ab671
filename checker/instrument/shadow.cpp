#include "shadow.hpp"

#include <algorithm>

namespace heddle::instrument {

shadow::page& shadow::find(std::uintptr_t number) {
  std::unique_ptr<page>& p = pages_[number];
  if (p == nullptr) p = std::make_unique<page>();
  recent_[number % recent_count] = {number, p.get()};
  return *p;
}

void shadow::clear(std::uintptr_t address, std::size_t bytes, std::uint64_t execution) {
  const std::uintptr_t end = address + bytes;
  for (std::uintptr_t number = address / page_bytes; number * page_bytes < end; ++number) {
    const recent_page& r = recent_[number % recent_count];
    page* p = r.number == number ? r.there : nullptr;
    if (p == nullptr) {
      const auto found = pages_.find(number);
      if (found == pages_.end()) continue;
      p = found->second.get();
    }
    if (p->execution != execution) continue;
    const std::uintptr_t first = std::max(address, number * page_bytes);
    const std::uintptr_t last = std::min(end, (number + 1) * page_bytes);
    const auto cell = [&](std::uintptr_t a) { return (a - number * page_bytes) / cell_bytes; };
    std::fill(p->cells.begin() + static_cast<std::ptrdiff_t>(cell(first)),
              p->cells.begin() + static_cast<std::ptrdiff_t>(cell(last + cell_bytes - 1)), 0);
  }
}

}  // namespace heddle::instrument
