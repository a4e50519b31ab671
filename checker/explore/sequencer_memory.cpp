// The sequencer's part in watching memory: who makes an access, and what it is an access to.
#include "sequencer.hpp"

namespace heddle::explore {

void sequencer::plain_access(const core::memory_access& access) {
  if (running_ == nullptr || running_->unwinding) return;
  const object_id o = access.object != 0 ? access.object : names_.object_at(access.address);
  races_.look_at(trace_, so_far(), running_->id, o, access);
}

core::object_id sequencer::name_within(actor_id creator, std::uint32_t block, std::uint64_t offset,
                                       place at) {
  const object_id o = names_.object_within(creator, block, offset);
  if (o >= trace_.objects.size()) trace_.objects.resize(o + 1);
  if (trace_.objects[o].id == 0) trace_.objects[o] = {o, "atomic", creator, block, at};
  return o;
}

std::pair<actor_id, std::uint64_t> sequencer::on_stack(const void* address) const {
  const auto a = reinterpret_cast<std::uintptr_t>(address);
  for (const core::goroutine* g : alive_) {
    const std::uint64_t below = reinterpret_cast<std::uintptr_t>(g->memory.top()) - a;
    if (below <= g->memory.bytes) return {g->id, below};
  }
  return {no_actor, 0};
}

}  // namespace heddle::explore
