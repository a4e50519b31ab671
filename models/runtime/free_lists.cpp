// The stack cache, as it ships, under the memory of x86: workers that exchange batches of free
// stacks lose none and have none twice.
#include <array>
#include <memory>

#include "free_depot.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/sync.hpp"
#include "machine_memory.hpp"

namespace {

using heddle::performance::free_depot;
using heddle::performance::free_node;
using memory::as_worker;
using memory::seeded;

template <seeded Bug>
struct scene {
  static constexpr int batches = 3;
  memory::machine processors{3};
  free_node nodes[batches];
  std::array<bool, batches> in_use{};
  free_depot<memory::x86<Bug>> depot;
  heddle::wait_group done;

  // Takes a batch of one, if there is one, and puts it back.
  void borrow() {
    free_node* mine = depot.take();
    if (mine == nullptr) return;
    bool& used = in_use[static_cast<std::size_t>(mine - nodes)];
    heddle::check(!used, "two workers have the same stack");
    used = true;
    heddle::yield();
    used = false;
    depot.put(mine, 1);
  }
};

template <seeded Bug>
void workers_share(std::size_t workers) {
  const auto s = std::make_shared<scene<Bug>>();
  for (free_node& n : s->nodes) s->depot.put(&n, 1);
  for (std::size_t i = 0; i < workers; ++i)
    s->done.go([s, i] {
      const as_worker me(s->processors, i);
      s->borrow();
    });
  s->done.wait();
  int left = 0;
  for (free_node* n = s->depot.take_all(); n != nullptr; n = n->next_batch) ++left;
  heddle::check(left == s->batches, "a stack was lost");
}

const heddle::model shared{
    "runtime/stack_depot", heddle::expected::verified,
    "Three workers take and put batches of free stacks; each is there at the "
    "end, and nobody had one together with another.",
    [] { workers_share<seeded::nothing>(3); }};

const heddle::model without_atomicity{
    "runtime/stack_depot_without_atomicity", heddle::expected::assertion,
    "Seeded: putting a batch compares and exchanges in two steps. A stack is lost.",
    [] { workers_share<seeded::compare_exchange_in_two>(2); }};

}  // namespace
