// The parts of the public API that are one verb of the engine each.
#include "heddle/runtime.hpp"

#include "scheduling.hpp"

namespace heddle {

namespace detail {

void spawn(std::unique_ptr<task> work, const go_options& options) {
  core::current_engine().spawn(std::move(work), options);
}

void spawn(task* work, place at) {
  std::unique_ptr<task> owned(work);
  core::current_engine().spawn(std::move(owned), go_options{{}, 0, at});
}

void run_blocking(const std::function<void()>& f, place at) {
  core::current_engine().run_blocking(f, at);
}

}  // namespace detail

void yield(place at) {
  if (!detail::exploring) [[likely]]
    performance::yield();
  else
    core::current_engine().yield(at);
}

int num_goroutines(place at) {
  if (detail::exploring)
    core::announce(core::make_operation(core::op_kind::observe_all, 0, nullptr, at));
  return core::current_engine().num_goroutines(at);
}

int max_procs(int n) { return core::current_engine().max_procs(n); }

void check(bool claim, const std::string& message, place at) {
  if (claim) return;
  const panic failed(panic_kind::assertion, message, at);
  if (core::engine* e = core::current_engine_or_null()) e->note_failure(failed);
  throw failed;
}

void check(bool claim, place at) { check(claim, "check failed", at); }

int choose(int n, place at) {
  if (n <= 0) throw panic(panic_kind::panic, "choose among no values", at);
  if (detail::exploring) {
    core::decision picked;
    const core::operation op = core::make_operation(core::op_kind::choose, 0, nullptr, at,
                                                    static_cast<std::uint64_t>(n));
    return core::announce(std::span(&op, 1), picked) ? picked.branch : 0;
  }
  return core::current_engine().choose(n, at);
}

}  // namespace heddle
