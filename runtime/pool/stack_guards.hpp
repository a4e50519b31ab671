// The kernel's help with the stacks of a slab, by one call where it can, else page by page.
#pragma once

#include <cstddef>
#include <span>

#include "stack.hpp"

namespace heddle::performance {

// Makes the lowest page of each of `stacks` areas, `stride` apart, inaccessible. False: impossible.
bool install_guards(char* base, std::size_t stacks, std::size_t stride, std::size_t page) noexcept;
// Commits the whole pages of an area that is about to be used, at a fraction of what the faults cost.
void commit(void* area, std::size_t bytes) noexcept;
// Commits the topmost page of each. Only a help: it may do nothing.
void populate_tops(char* base, std::size_t stacks, std::size_t stride, std::size_t page) noexcept;
void populate_tops(std::span<const core::stack> stacks, std::size_t page) noexcept;
// Gives what was touched of them back to the system, whole pages up to the end of the topmost.
void give_back(std::span<const core::stack> stacks, std::size_t page) noexcept;

}  // namespace heddle::performance
