#include "goroutine_table.hpp"

#include <cstdlib>
#include <new>
#include <utility>

#include "stack_guards.hpp"

namespace heddle::performance {

goroutine_table::~goroutine_table() {
  for (const auto& c : chunks_)
    for (std::uint32_t i = 0; i < c->used; ++i) {
      static_cast<void>(c->at(i).work.release());  // an abandoned goroutine's: it is not destroyed
      c->at(i).~pooled_goroutine();
    }
}

void goroutine_table::add_chunk() {
  chunks_.emplace_back(new chunk);  // not value-initialised: untouched pages stay untouched
  if (chunks_.size() > 1) commit(chunks_.back()->memory, sizeof chunk::memory);
}

free_node* goroutine_table::make_batch() {
  const std::lock_guard hold(mutex_);
  if (chunks_.empty() || chunks_.back()->used == chunk_size)
    add_chunk();
  chunk& c = *chunks_.back();
  constexpr std::uint32_t many = free_cache<std_atomics>::batch;
  static_assert(chunk_size % many == 0);
  free_node* first = nullptr;
  for (std::uint32_t i = many; i-- > 0;) {
    auto* g = new (&c.at(c.used + i)) pooled_goroutine;
    g->state = core::goroutine_state::finished;
    free_node* node = free_node_in(*g);
    node->link = first;
    first = node;
  }
  c.used += many;
  first->batch_size = many;
  return first;
}

// Never deleted, on purpose; to be found by leak checkers, with what the records refer to.
void goroutine_table::leak() {
  static std::mutex kept_mutex;
  static auto& kept = *new std::vector<std::vector<std::unique_ptr<chunk>>>;
  const std::lock_guard hold(mutex_);
  const std::lock_guard hold_kept(kept_mutex);
  kept.push_back(std::exchange(chunks_, {}));
}

}  // namespace heddle::performance
