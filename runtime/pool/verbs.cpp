// Performance mode's verbs as the primitives call them (core/scheduling.hpp, heddle/go.hpp): on the
// worker of the calling thread. None is inlined: who calls one before and after a switch may be on
// another thread then, and must not remember where the first one's variables are.
#include <chrono>

#include "scheduling.hpp"
#include "turns.hpp"

namespace heddle::performance {

[[gnu::noinline]] core::goroutine* running_goroutine() noexcept {
  worker* w = worker::current_inline();
  return w == nullptr ? nullptr : w->running();
}

[[gnu::noinline]] departure depart(detail::spin_lock* held, core::op_kind kind, const void* object,
                                   place at) {
  worker* w = worker::current_inline();
  pooled_goroutine* self = w == nullptr ? nullptr : w->running();
  if (self == nullptr) [[unlikely]] {
    if (held != nullptr) held->unlock();
    core::refuse_outside();
  }
  self->waiting_for = kind;
  self->waiting_object = object;
  self->waiting_at = at;
  self->since_ms = w->coarse_ms();
  self->state = core::goroutine_state::blocked;
  return {&self->context, &w->depart(held)};
}

[[gnu::noinline]] departure depart_for_a_turn() {
  worker* w = worker::current_inline();
  if (w == nullptr || w->running() == nullptr) [[unlikely]]
    core::refuse_outside();
  core::goroutine& self = *w->running();
  core::execution_context* to = w->depart_for_a_turn();
  return {to == nullptr ? nullptr : &self.context, to};
}

[[gnu::noinline]] void arrive() noexcept { worker::current_inline()->arrive(); }

// Of a thread that is no worker's this ends the program, with the words of the panic that cannot
// be caught here: what it changed has been changed without the locks that one worker spares.
[[gnu::noinline]] void resume(core::goroutine& g) noexcept {
  worker* w = worker::current_inline();
  if (w == nullptr) [[unlikely]]
    core::refuse_outside();
  w->resume(static_cast<pooled_goroutine&>(g));
}

[[gnu::noinline]] void resume_last(core::goroutine& g) noexcept {
  worker* w = worker::current_inline();
  if (w == nullptr) [[unlikely]]
    core::refuse_outside();
  w->resume_last(static_cast<pooled_goroutine&>(g));
}

// Not where this worker has others to run meanwhile: with the holder parked, they would all spin.
[[gnu::noinline]] bool worth_spinning() noexcept {
  if (!detail::parallel()) return false;
  worker* w = worker::current_inline();
  return w != nullptr && !w->has_work() && !w->home().others_are_asleep(w->index());
}

[[gnu::noinline]] int random_below(int n) {
  worker* w = worker::current_inline();
  if (w == nullptr) [[unlikely]]
    core::refuse_outside();
  const std::uint64_t drawn = w->random();
  return static_cast<int>((drawn * static_cast<std::uint64_t>(n)) >> 32);
}

}  // namespace heddle::performance

namespace heddle::detail {

using performance::pooled_goroutine;
using performance::worker;

namespace {

pooled_goroutine& record(new_goroutine* g) noexcept {
  return *static_cast<pooled_goroutine*>(static_cast<void*>(g));
}

}  // namespace

[[gnu::noinline]] spawning prepare_goroutine(place at) {
  worker* w = worker::current_inline();
  if (w == nullptr) core::refuse_outside();
  pooled_goroutine& g = w->take_record(at);
  return {static_cast<new_goroutine*>(static_cast<void*>(&g)), g.storage};
}

[[gnu::noinline]] void start_goroutine(new_goroutine* g, task* work) noexcept {
  record(g).work.reset(work);
  record(g).task_is_inline = true;
  worker::current_inline()->start(record(g));
}

[[gnu::noinline]] void drop_goroutine(new_goroutine* g) noexcept {
  worker::current_inline()->drop_record(record(g));
}

}  // namespace heddle::detail
