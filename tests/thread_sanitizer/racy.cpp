// Programs with a data race each, for ThreadSanitizer to find in performance mode; the argument
// names one. What the runtime does between the two accesses must not look like an order of theirs.
#include <cstring>

#include "heddle/heddle.hpp"

namespace {

int count = 0;

// The second goroutine starts on the stack that the first one leaves.
void goroutines() {
  heddle::wait_group done;
  for (int i = 0; i < 2; ++i) done.go([] { ++count; });
  done.wait();
}

// Each is switched to the other in between.
void yielding() {
  heddle::wait_group done;
  for (int i = 0; i < 2; ++i)
    done.go([] {
      heddle::yield();
      ++count;
      heddle::yield();
    });
  done.wait();
}

// A send does not come after the receive of an earlier value while the buffer has room for both.
void buffered() {
  const auto c = heddle::make_chan<int>(2);
  heddle::go([=] {
    c.recv();
    ++count;
  });
  c.send(1);
  heddle::yield();
  c.send(2);
  ++count;
  heddle::yield();
}

// Two readers do not come after each other.
void read_locked() {
  heddle::rw_mutex m;
  heddle::wait_group done;
  for (int i = 0; i < 2; ++i)
    done.go([&] {
      m.lock_shared();
      ++count;
      m.unlock_shared();
    });
  done.wait();
}

// Each waits for a timer of its own.
void timed() {
  heddle::wait_group done;
  for (int i = 1; i <= 2; ++i)
    done.go([i] {
      heddle::sleep_for(std::chrono::milliseconds(i));
      ++count;
    });
  done.wait();
}

// Functions of two timers.
void functions() {
  heddle::wait_group done;
  done.add(2);
  for (int i = 1; i <= 2; ++i)
    heddle::after_func(std::chrono::milliseconds(i), [&] {
      ++count;
      done.done();
    });
  done.wait();
}

// Channels that have nothing to do with each other.
void unrelated() {
  heddle::wait_group done;
  for (int i = 0; i < 2; ++i)
    done.go([] {
      const auto c = heddle::make_chan<int>(1);
      c.send(1);
      ++count;
      c.recv();
    });
  done.wait();
}

struct program {
  const char* name;
  void (*run)();
};
constexpr program programs[] = {{"goroutines", goroutines}, {"yielding", yielding},
                                {"buffered", buffered},     {"read_locked", read_locked},
                                {"timed", timed},           {"functions", functions},
                                {"unrelated", unrelated}};

}  // namespace

int main(int argc, char** argv) {
  for (const program& p : programs)
    if (argc == 2 && std::strcmp(argv[1], p.name) == 0) return heddle::run(p.run);
  return 3;
}
