// Where stacks come from, and where they go when a burst of goroutines is over.
#include "stack_store.hpp"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "both_modes.hpp"
#include "child_process.hpp"
#include "context_switch.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"

using namespace std::chrono_literals;
using heddle::performance::free_node;
using heddle::performance::free_stack;
using heddle::performance::stack_store;

namespace {

// Whether the page at an address is in memory.
bool is_resident(const void* address) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto start = reinterpret_cast<std::uintptr_t>(address) / page * page;
  unsigned char in_memory = 0;
  REQUIRE(mincore(reinterpret_cast<void*>(start), page, &in_memory) == 0);
  return (in_memory & 1) != 0;
}

bool is_mapped(const void* address) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto start = reinterpret_cast<std::uintptr_t>(address) / page * page;
  unsigned char in_memory = 0;
  return mincore(reinterpret_cast<void*>(start), page, &in_memory) == 0;
}

// Whether reading there faults.
bool is_guarded(char* address) {
  char byte = 0;
  const iovec to{&byte, 1};
  const iovec from{address, 1};
  return process_vm_readv(getpid(), &to, 1, &from, 1, 0) < 0;
}

std::size_t mappings() {
  std::ifstream maps("/proc/self/maps");
  return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(maps), {}, '\n'));
}

bool kernel_installs_guards() {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* map = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool installed = madvise(map, page, heddle::core::advice_guard_install) == 0;
  munmap(map, page);
  return installed;
}

char* lowest_byte(const free_node* node) {
  return static_cast<char*>(static_cast<const free_stack*>(node)->memory.base);
}

std::vector<char*> lowest_bytes(const free_node* list) {
  std::vector<char*> all;
  for (; list != nullptr; list = list->link) all.push_back(lowest_byte(list));
  return all;
}

// The stacks of a new store, all touched and free again.
std::vector<char*> touched_and_free(stack_store& store) {
  free_node* list = store.map_slab();
  std::vector<char*> all = lowest_bytes(list);
  for (char* byte : all) *byte = 1;
  store.depot().put(list, static_cast<std::uint32_t>(all.size()));
  return all;
}

}  // namespace

TEST_CASE("stacks that nobody has needed from one look to the next are given back, guards and all") {
  stack_store store(64 * 1024);
  REQUIRE_FALSE(store.any_idle());
  const std::vector<char*> all = touched_and_free(store);
  REQUIRE(store.any_idle());
  store.look_over();
  REQUIRE_FALSE(store.give_back_some());
  store.look_over();
  REQUIRE(store.give_back_some());
  REQUIRE_FALSE(store.give_back_some());
  REQUIRE(std::ranges::none_of(all, is_resident));
  REQUIRE(std::ranges::all_of(all, [](char* byte) { return is_guarded(byte - 1); }));
  REQUIRE_FALSE(store.any_idle());
}

TEST_CASE("stacks that were given back are used again before new ones are mapped") {
  stack_store store(64 * 1024);
  std::vector<char*> all = touched_and_free(store);
  store.look_over();
  store.look_over();
  while (store.give_back_some()) {
  }
  std::vector<char*> again;
  while (again.size() < all.size())
    for (char* byte : lowest_bytes(store.map_slab())) again.push_back(byte);
  std::ranges::sort(all);
  std::ranges::sort(again);
  REQUIRE(again == all);
}

TEST_CASE("stacks that were needed between two looks are kept") {
  stack_store store(64 * 1024);
  const std::vector<char*> all = touched_and_free(store);
  for (int i = 0; i < 5; ++i) {
    store.look_over();
    REQUIRE_FALSE(store.give_back_some());
    free_node* batch = store.depot().take();
    store.depot().put(batch, batch->batch_size);
  }
  REQUIRE(std::ranges::all_of(all, is_resident));
}

TEST_CASE("stacks of another size are unmapped when nobody has needed them") {
  stack_store store(64 * 1024);
  const heddle::core::stack one = store.take_odd(1 << 20);
  const heddle::core::stack other = store.take_odd(1 << 20);
  store.give_back_odd(one);
  store.give_back_odd(other);
  store.look_over();
  REQUIRE(store.take_odd(1 << 20).base == other.base);
  store.look_over();
  REQUIRE_FALSE(store.any_idle());
  REQUIRE(store.take_odd(1 << 20).base != other.base);
}

TEST_CASE("stacks of another size are guarded and take no huge pages") {
  stack_store store(64 * 1024);
  const heddle::core::stack one = store.take_odd(4 << 20);
  char* const lowest = static_cast<char*>(one.base);
  REQUIRE(is_guarded(lowest - 1));
  *static_cast<volatile char*>(one.base) = 1;
  REQUIRE_FALSE(is_resident(lowest + (2 << 20)));
  REQUIRE_FALSE(is_resident(static_cast<char*>(one.top()) - 1));
  store.give_back_odd(one);
}

TEST_CASE("many stacks of another size need few mappings") {
  if (!kernel_installs_guards()) {
    WARN("this kernel has no MADV_GUARD_INSTALL: not tested");
    return;
  }
  stack_store store(64 * 1024);
  const std::size_t before = mappings();
  std::vector<heddle::core::stack> all;
  for (int i = 0; i < 1000; ++i) {
    all.push_back(store.take_odd(32 * 1024));
    *static_cast<volatile char*>(all.back().base) = 1;
  }
  const std::size_t with_them = mappings();
  for (const heddle::core::stack& s : all) store.give_back_odd(s);
  REQUIRE(with_them < before + 100);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they need address space
TEST_CASE("a program that no more stacks can be mapped for says why") {
  const bool odd = GENERATE(false, true);
  const child_outcome outcome = in_child_process([=] {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t limit = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + (256 << 20);
    const rlimit little{limit, limit};
    setrlimit(RLIMIT_AS, &little);
    heddle::run([=] {
      for (;;) {
        heddle::go(heddle::named("waits", odd ? 1 << 20 : 0), [] { heddle::chan<int>().recv(); });
        heddle::yield();
      }
    });
  });
  REQUIRE(outcome.exit_status == 2);
  REQUIRE_THAT(outcome.errors,
               Catch::StartsWith("fatal error: no memory can be mapped for the stack of another "
                                 "goroutine: the process has as many mappings (sysctl "
                                 "vm.max_map_count) or as much address space"));
}
#endif

TEST_CASE("a program gives the stacks of a burst back once it is over") {
  const auto options = GENERATE(0, 1) == 0 ? heddle::run_options{.procs = 2} : in_order();
  in_performance_mode(
      [] {
        constexpr int many = 600;
        std::atomic<int> reached = 0;
        std::vector<char*> deep(many);
        const auto gate = heddle::make_chan<int>();
        heddle::wait_group wg;
        for (int i = 0; i < many; ++i)
          wg.go([&, i] {
            char frame[64 * 1024];
            std::memset(frame, i, sizeof frame);
            deep[static_cast<std::size_t>(i)] = frame;
            ++reached;
            gate.recv();
          });
        while (reached < many) heddle::yield();
        gate.close();
        wg.wait();
        heddle::check(std::ranges::count_if(deep, is_resident) == many);
        for (int i = 0; i < 100 && std::ranges::count_if(deep, is_resident) > many / 2; ++i)
          heddle::sleep_for(100ms);
        heddle::check(std::ranges::count_if(deep, is_resident) <= many / 2);
      },
      options);
}

TEST_CASE("a stack of a size that cannot be had is refused") {
  stack_store store(64 * 1024);
  const std::size_t bytes = GENERATE(SIZE_MAX, SIZE_MAX - 4096, SIZE_MAX / 2);
  REQUIRE_THROWS_AS(store.take_odd(bytes), std::bad_alloc);
  REQUIRE_THROWS_AS(stack_store(bytes), std::bad_alloc);
}

// Where leaks are looked for they stay mapped, to be searched.
TEST_CASE("the stacks of abandoned goroutines are unmapped when the program ends") {
  const std::size_t bytes = GENERATE(std::size_t{0}, std::size_t{64} << 10, std::size_t{8} << 20);
  char* frame = nullptr;
  in_performance_mode([&] {
    heddle::go(heddle::named("abandoned", bytes), [&] {
      frame = static_cast<char*>(__builtin_frame_address(0));
      heddle::make_chan<int>().recv();
    });
    until_blocked(1);
  });
  REQUIRE(is_mapped(frame) == heddle::core::leaks_are_looked_for);
}

TEST_CASE("all stacks stay mapped while a blocking call outlasts its program") {
  const std::size_t bytes = GENERATE(std::size_t{0}, std::size_t{8} << 20);
  const auto release = std::make_shared<std::atomic<bool>>(false);
  const auto seen = std::make_shared<std::atomic<int>>(0);
  std::atomic<char*> frame = nullptr;
  in_performance_mode([&] {
    heddle::go(heddle::named("caller", bytes), [&, release, seen] {
      const volatile char on_the_stack = 'x';
      frame = static_cast<char*>(__builtin_frame_address(0));
      heddle::blocking([&on_the_stack, release, seen] {
        *seen = 1;
        while (!*release) std::this_thread::yield();
        *seen = on_the_stack;
      });
    });
    while (*seen == 0) heddle::yield();
  });
  REQUIRE(is_mapped(frame));
  *release = true;
  while (*seen != 'x') std::this_thread::yield();
}
