#include "stack_guards.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

namespace heddle::performance {

namespace {

// Newer than the headers that this may be built with (linux/mman.h).
constexpr int advice_populate_write = 23;  // MADV_POPULATE_WRITE, Linux 5.14
constexpr int advice_guard_install = 102;  // MADV_GUARD_INSTALL, Linux 6.13
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

// Advises on one page in each area with one call for many. False: not all was done.
bool advise_vectored(char* first, std::size_t stacks, std::size_t stride, std::size_t page,
                     int advice) noexcept {
  static std::atomic<bool> refused{false};  // relaxed: a hint
  if (refused.load(std::memory_order_relaxed)) return false;
  const own_pidfd self;
  if (self.get() < 0) return false;
  std::array<iovec, most_at_once> pages;
  for (std::size_t done = 0; done < stacks;) {
    const std::size_t many = std::min(stacks - done, most_at_once);
    for (std::size_t i = 0; i < many; ++i) pages[i] = {first + (done + i) * stride, page};
    const long advised = syscall(SYS_process_madvise, self.get(), pages.data(), many, advice, 0);
    if (advised != static_cast<long>(many * page)) {
      refused.store(true, std::memory_order_relaxed);
      return false;
    }
    done += many;
  }
  return true;
}

}  // namespace

bool install_guards(char* base, std::size_t stacks, std::size_t stride, std::size_t page) noexcept {
  if (advise_vectored(base, stacks, stride, page, advice_guard_install)) return true;
  for (std::size_t i = 0; i < stacks; ++i) {
    char* guard = base + i * stride;
    if (madvise(guard, page, advice_guard_install) != 0 && mprotect(guard, page, PROT_NONE) != 0)
      return false;
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
  if (advise_vectored(top_page, stacks, stride, page, advice_populate_write)) return;
  // Page by page it costs more than the faults that it saves.
}

}  // namespace heddle::performance
