// Ordinary C++ with data races in it. Nothing here says that it is shared: the file is compiled for
// checking (CMake's heddle_instrument), and every access to memory is seen.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "heddle/heddle.hpp"

namespace {

using heddle::expected;

struct counter {
  int count = 0;
  heddle::wait_group done;
};

const heddle::model counts{
    "unannotated/counter", expected::race, "Two goroutines add one to an int.", [] {
      const auto s = std::make_shared<counter>();
      for (int i = 0; i < 2; ++i) s->done.go([s] { ++s->count; });
      s->done.wait();
    }};

struct settings {
  int timeout = 0;
  bool loaded = false;
  heddle::mutex m;
};

// The first look at `loaded` is not under the mutex.
int timeout_of(settings& s) {
  if (!s.loaded) {
    s.m.lock();
    if (!s.loaded) {
      s.timeout = 30;
      s.loaded = true;
    }
    s.m.unlock();
  }
  return s.timeout;
}

const heddle::model double_checked{
    "unannotated/double_checked", expected::race,
    "Initialisation that is looked at twice, the first time without the lock.", [] {
      const auto s = std::make_shared<settings>();
      for (int i = 0; i < 2; ++i)
        heddle::go([s] { heddle::check(timeout_of(*s) == 30, "it is initialised"); });
    }};

const heddle::model loop_variable{
    "unannotated/loop_variable", expected::race,
    "Goroutines that capture the variable of the loop that starts them, which goes on.", [] {
      heddle::wait_group done;
      int sum = 0;
      heddle::mutex m;
      for (int i = 0; i < 2; ++i)
        done.go([&] {
          m.lock();
          sum += i;
          m.unlock();
        });
      done.wait();
    }};

const heddle::model growing_vector{
    "unannotated/growing_vector", expected::race,
    "One goroutine appends to a vector while another reads its first element.", [] {
      const auto list = std::make_shared<std::vector<int>>(1, 7);
      heddle::go(heddle::named("writer"), [list] { list->push_back(8); });
      heddle::check((*list)[0] == 7, "the first element stays");
    }};

const heddle::model map_writes{
    "unannotated/map_writes", expected::race, "Two goroutines insert different keys into a map.",
    [] {
      const auto ages = std::make_shared<std::map<int, int>>();
      for (int i = 0; i < 2; ++i) heddle::go([ages, i] { (*ages)[i] = 1; });
    }};

struct quitter {
  bool quit = false;
  heddle::chan<int> work = heddle::make_chan<int>(1);
};

const heddle::model bool_flag{
    "unannotated/bool_flag", expected::race, "A worker is told to stop by a plain bool.", [] {
      const auto s = std::make_shared<quitter>();
      heddle::go(heddle::named("worker"), [s] {
        while (!s->quit && s->work.recv()) {
        }
      });
      s->work.send(1);
      s->quit = true;
      s->work.close();
    }};

struct position {
  long x = 0, y = 0, z = 0;
};

const heddle::model struct_copy{
    "unannotated/struct_copy", expected::race,
    "One goroutine copies a struct while another writes one of its fields.", [] {
      const auto where = std::make_shared<position>();
      heddle::go(heddle::named("mover"), [where] { where->y = 1; });
      const position seen = *where;
      heddle::check(seen.x + seen.z == 0 && seen.y <= 1, "nobody moves far");
    }};

}  // namespace
