#include "stack_guards.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "valgrind_stacks.hpp"

namespace heddle::performance {

namespace {

// Newer than the headers that this may be built with (MADV_POPULATE_WRITE, Linux 5.14).
constexpr int advice_populate_write = 23;
constexpr std::size_t most_at_once = 1024;  // UIO_MAXIOV

// Opened for each slab: a forked child must not advise on its parent.
class own_pidfd {
 public:
  own_pidfd() noexcept : fd_(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0))) {}
  own_pidfd(const own_pidfd&) = delete;
  own_pidfd& operator=(const own_pidfd&) = delete;
  ~own_pidfd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// Advises on areas, which area(i) gives, with one call for many. False: not all was done.
template <class Area>
bool advise_vectored(std::size_t areas, Area area, int advice) noexcept {
  // Relaxed: a hint. Valgrind knows neither call, and says so.
  static std::atomic<bool> refused{core::under_valgrind()};
  if (refused.load(std::memory_order_relaxed)) return false;
  const own_pidfd self;
  if (self.get() < 0) return false;
  std::array<iovec, most_at_once> some;
  for (std::size_t done = 0; done < areas;) {
    const std::size_t many = std::min(areas - done, most_at_once);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < many; ++i) {
      some[i] = area(done + i);
      bytes += some[i].iov_len;
    }
    const long advised = syscall(SYS_process_madvise, self.get(), some.data(), many, advice, 0);
    if (advised != static_cast<long>(bytes)) {
      refused.store(true, std::memory_order_relaxed);
      return false;
    }
    done += many;
  }
  return true;
}

// The same for one page in each of `areas`, `stride` apart.
bool advise_pages(char* first, std::size_t areas, std::size_t stride, std::size_t page,
                  int advice) noexcept {
  return advise_vectored(areas, [=](std::size_t i) { return iovec{first + i * stride, page}; },
                         advice);
}

// From the lowest byte to the end of the page in which a stack's top lies.
iovec pages_of(const core::stack& s, std::size_t page) noexcept {
  return {s.base, (s.bytes + page) / page * page};
}

}  // namespace

bool install_guards(char* base, std::size_t stacks, std::size_t stride, std::size_t page) noexcept {
  if (advise_pages(base, stacks, stride, page, core::advice_guard_install)) return true;
  for (std::size_t i = 0; i < stacks; ++i) {
    if (!core::guard_page(base + i * stride)) return false;
  }
  return true;
}

void commit(void* area, std::size_t bytes) noexcept {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<std::uintptr_t>(area);
  const std::uintptr_t begin = (first + page - 1) / page * page;
  const std::uintptr_t end = (first + bytes) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, advice_populate_write);
}

void populate_tops(char* base, std::size_t stacks, std::size_t stride, std::size_t page) noexcept {
  char* top_page = base + stride - page;
  if (advise_pages(top_page, stacks, stride, page, advice_populate_write)) return;
  // Page by page it costs more than the faults that it saves.
}

void populate_tops(std::span<const core::stack> stacks, std::size_t page) noexcept {
  const auto top_page = [&](std::size_t i) {
    const iovec all = pages_of(stacks[i], page);
    return iovec{static_cast<char*>(all.iov_base) + all.iov_len - page, page};
  };
  advise_vectored(stacks.size(), top_page, advice_populate_write);
}

void give_back(std::span<const core::stack> stacks, std::size_t page) noexcept {
  const auto area = [&](std::size_t i) { return pages_of(stacks[i], page); };
  if (advise_vectored(stacks.size(), area, MADV_DONTNEED)) return;
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const iovec all = area(i);
    madvise(all.iov_base, all.iov_len, MADV_DONTNEED);
  }
}

}  // namespace heddle::performance
