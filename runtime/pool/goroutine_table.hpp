// The records of all goroutines of a program, in dense chunks that are never given back, so that
// anybody may look at every record at any time: reports, dumps, debuggers. Keeping it costs nothing
// when a goroutine comes or goes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "atomics.hpp"
#include "pooled_goroutine.hpp"

namespace heddle::performance {

class goroutine_table {
 public:
  goroutine_table() = default;
  goroutine_table(const goroutine_table&) = delete;
  goroutine_table& operator=(const goroutine_table&) = delete;
  ~goroutine_table();

  // A list of new records. Throws std::bad_alloc.
  free_node* make_batch();
  free_depot<std_atomics>& depot() noexcept { return depot_; }

  // Calls visit(record) for each goroutine that has not finished. Others may be running: what is
  // seen of them is a snapshot at best, and ThreadSanitizer is told to look away.
  template <class F>
  void for_each(F&& visit) {
    const std::lock_guard hold(mutex_);
    visit_all(visit);
  }
  // The same for who must not wait. False: new records are being made.
  template <class F>
  bool try_for_each(F&& visit) {
    const std::unique_lock hold(mutex_, std::try_to_lock);
    if (hold) visit_all(visit);
    return hold.owns_lock();
  }
  // Keeps the records for good: something still refers to one.
  void leak();

 private:
  static constexpr std::uint32_t chunk_size = 512;
  struct chunk {
    pooled_goroutine& at(std::uint32_t i) noexcept {
      return reinterpret_cast<pooled_goroutine*>(memory)[i];
    }
    std::uint32_t used = 0;
    alignas(64) std::byte memory[chunk_size * sizeof(pooled_goroutine)];
  };

  template <class F>
  __attribute__((no_sanitize("thread"))) void visit_all(F& visit) {
    for (const auto& chunk : chunks_)
      for (std::uint32_t i = 0; i < chunk->used; ++i)
        if (chunk->at(i).state != core::goroutine_state::finished) visit(chunk->at(i));
  }
  void add_chunk();  // REQUIRES: mutex_

  std::mutex mutex_;  // guards chunks_
  std::vector<std::unique_ptr<chunk>> chunks_;
  free_depot<std_atomics> depot_;
};

}  // namespace heddle::performance
