#include "mode.hpp"

#include <exception>

namespace heddle::detail {

constinit bool exploring = false;

object_id name_object_slow(const char* what, place at) {
  core::engine* e = core::current_engine_or_null();
  return e == nullptr ? 0 : e->name_object(what, at);
}

}  // namespace heddle::detail

namespace heddle::core {

namespace {

constinit thread_local engine* active = nullptr;
constinit engine* explorer = nullptr;  // exploration mode's, which runs on one thread

// The pointer is read by a call that is not inlined, since a goroutine may move between threads.
[[gnu::noinline]] engine* read_active() noexcept { return active; }

}  // namespace

engine* current_engine_or_null() noexcept { return read_active(); }

void refuse_outside() {
  throw panic("a Heddle operation was used outside of a goroutine; wrap the program in heddle::run");
}

engine& current_engine() {
  engine* e = read_active();
  if (e == nullptr) refuse_outside();
  return *e;
}

void set_engine(engine* e, bool exploring) noexcept {
  active = e;
  // Workers of performance mode do this at the same time: they only read.
  if (!exploring && !detail::exploring) return;
  explorer = exploring ? e : nullptr;
  detail::exploring = exploring;
}

bool must_unwind() {
  if (std::uncaught_exceptions() > 0) return true;
  throw unwind{};
}

bool announce(std::span<const operation> offers, decision& picked) {
  return explorer->announce(offers, picked);
}

bool announce(const operation& op) {
  decision picked;
  return explorer->announce(std::span(&op, 1), picked);
}

void note_value(std::uint64_t bits) { explorer->note_value(bits); }

}  // namespace heddle::core
