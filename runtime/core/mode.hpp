// Which engine runs: the only reader of the engine pointer.
#pragma once

#include "engine.hpp"

namespace heddle::core {

// The engine that drives this thread. Throws a panic where there is none: a primitive was used
// outside of heddle::run and outside of a model.
engine& current_engine();
// The same, or null.
engine* current_engine_or_null() noexcept;
// Throws the panic of a blocking operation outside of a goroutine.
[[noreturn]] void refuse_outside();
// Installs an engine for this thread (null: none); `exploring` says which mode it is.
void set_engine(engine* e, bool exploring) noexcept;

// The engine is the calling thread's, in performance mode, for as long as this lives.
class engine_of_thread {
 public:
  explicit engine_of_thread(engine& e) noexcept { set_engine(&e, false); }
  engine_of_thread(const engine_of_thread&) = delete;
  engine_of_thread& operator=(const engine_of_thread&) = delete;
  ~engine_of_thread() { set_engine(nullptr, false); }
};

// Raised at the blocked operation of a goroutine that is torn down at the end of an execution, so
// that destructors run. Not derived from std::exception: a program that catches everything and
// goes on meets it again at its next operation.
struct unwind {};

// Called in a goroutine that is torn down: throws unwind, but for an operation in a destructor that
// runs because of an exception already; there it returns true, and the operation does nothing.
bool must_unwind();

// Exploration's half of every operation: waits for its turn. False means that the goroutine is
// being torn down by this very scope exit, and the operation must do nothing.
bool announce(const operation& op);
bool announce(std::span<const operation> offers, decision& picked);
// The atomic operation just announced left `bits` behind.
void note_value(std::uint64_t bits);

}  // namespace heddle::core
