#include "valgrind_stacks.hpp"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>

#include <map>
#include <mutex>
#define HEDDLE_TELLS_VALGRIND 1
#endif

namespace heddle::core {

#ifdef HEDDLE_TELLS_VALGRIND

namespace {

// By their lowest bytes. Never destroyed: stacks may be unmapped at the very end.
struct known_stacks {
  std::mutex mutex;
  std::map<char*, unsigned> numbers;
};

known_stacks& known() {
  static auto* all = new known_stacks;
  return *all;
}

}  // namespace

bool under_valgrind() noexcept { return RUNNING_ON_VALGRIND != 0; }

void tell_valgrind_of_stack(void* base, std::size_t bytes) noexcept {
  if (!under_valgrind()) return;
  char* first = static_cast<char*>(base);
  known_stacks& all = known();
  const std::lock_guard hold(all.mutex);
  all.numbers[first] = VALGRIND_STACK_REGISTER(first, first + bytes - 1);
}

void tell_valgrind_of_unmapping(void* area, std::size_t bytes) noexcept {
  if (!under_valgrind()) return;
  char* first = static_cast<char*>(area);
  known_stacks& all = known();
  const std::lock_guard hold(all.mutex);
  const auto begin = all.numbers.lower_bound(first);
  const auto end = all.numbers.lower_bound(first + bytes);
  for (auto s = begin; s != end; ++s) VALGRIND_STACK_DEREGISTER(s->second);
  all.numbers.erase(begin, end);
}

#else

bool under_valgrind() noexcept { return false; }
void tell_valgrind_of_stack(void*, std::size_t) noexcept {}
void tell_valgrind_of_unmapping(void*, std::size_t) noexcept {}

#endif

}  // namespace heddle::core
