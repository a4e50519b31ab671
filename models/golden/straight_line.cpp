// Goroutines without branches, or nearly: sequences of loads and stores of a few atomics. All but
// the last are of GenMC's test suite (https://github.com/MPI-SWS/genmc, tests/correct/synthetic),
// with its counts under sequential consistency. Main starts the goroutines and waits for none.
#include <memory>
#include <string>
#include <vector>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/place.hpp"

namespace {

using heddle::expected;

struct cells {
  heddle::atomic<int> x, y, z, w;

  heddle::atomic<int>& named(char name) {
    return name == 'x' ? x : name == 'y' ? y : name == 'z' ? z : w;
  }
};

// Carries out "x y1 ..." in order: a letter is a load of that atomic, with a digit it is a store.
void carry_out(cells& shared, const std::string& line) {
  for (std::size_t i = 0; i < line.size(); i += 2) {
    heddle::atomic<int>& cell = shared.named(line[i]);
    if (i + 1 == line.size() || line[i + 1] == ' ') {
      cell.load();
    } else {
      cell.store(line[i + 1] - '0');
      ++i;
    }
  }
}

// One goroutine for each line.
void run_lines(const std::vector<std::string>& lines) {
  const auto shared = std::make_shared<cells>();
  for (const std::string& line : lines) heddle::go([shared, line] { carry_out(*shared, line); });
}

// Two goroutines that look what became of their own store, and n - 1 writers of y and z. The number
// of traces for n = 1, 2, ... is 4, 15, 130, 2028, 49776.
void coa(int n) {
  std::vector<std::string> lines{"x1 y x", "x2 z x"};
  for (int i = 1; i < n; ++i) {
    const std::string value = std::to_string(i);
    lines.push_back("y" + value + " z" + value);
  }
  run_lines(lines);
}

// Two goroutines that each point to the other's atomic, read their own n times, and add to what is
// pointed to by then: 4n + 10 traces. The pointer is an index, for the values of atomics are to be
// the same in every execution.
void shared_ptr(int n) {
  struct pointed {
    heddle::atomic<int> values[2]{3, 4};
    heddle::atomic<int> pointer;
  };
  const auto shared = std::make_shared<pointed>();
  for (int own : {0, 1})
    heddle::go([s = shared, n, own] {
      s->pointer.store(1 - own);
      for (int i = 0; i < n; ++i) s->values[own].load();
      heddle::atomic<int>& target = s->values[s->pointer.load()];
      const int found = target.load();
      target.store(found + 3);
    });
}

// The example of Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order reduction"
// (POPL 2014), in which source sets alone begin five executions in vain.
void popl_example() {
  const auto s = std::make_shared<cells>();
  heddle::go([s] { s->x.store(1); });
  heddle::go([s] { s->y.store(1); });
  heddle::go([s] {
    if (s->y.load() == 0) s->z.store(1);
  });
  heddle::go([s] {
    if (s->z.load() == 1 && s->y.load() == 0) s->x.store(2);
  });
}

const heddle::model coa_4{"golden/coa_4",
                          expected::verified,
                          "Two goroutines look what became of their store, among three writers.",
                          [] { coa(4); },
                          {.count = 2028}};

const heddle::model coa_5{"golden/coa_5",
                          expected::verified,
                          "Two goroutines look what became of their store, among four writers.",
                          [] { coa(5); },
                          {.count = 49776}};

const heddle::model big0{
    "golden/big0",
    expected::verified,
    "Four goroutines without branches, of seven and three loads and twice six stores.",
    [] {
      run_lines({"x y z w x y z", "x y z", "x1 y1 x2 y2 x3 y3", "z1 w1 z2 w2 z3 w3"});
    },
    {.count = 69112}};

const heddle::model big1{
    "golden/big1",
    expected::verified,
    "Four goroutines without branches, of eight and six loads and twice six stores.",
    [] {
      run_lines({"x y z w x y z w", "x y z w x y", "x1 y1 x2 y2 x3 y3", "z1 w1 z2 w2 z3 w3"});
    },
    {.count = 1820474, .large = true}};

const heddle::model big2{
    "golden/big2",
    expected::verified,
    "Four goroutines without branches, of five and four loads and twice six stores.",
    [] {
      run_lines({"x y z x y", "x y z x", "x1 y1 z1 x2 y2 z2", "x3 y3 z3 x4 y4 z4"});
    },
    {.count = 5284890, .large = true}};

const heddle::model shared_ptr_100{
    "golden/shared_ptr_100",
    expected::verified,
    "Two goroutines set a pointer, read an atomic 100 times and follow the pointer: long "
    "executions, few traces.",
    [] { shared_ptr(100); },
    {.count = 410}};

const heddle::model popl{"golden/popl_example",
                         expected::verified,
                         "The example for which optimal reduction was made. Five traces, where "
                         "source sets begin ten executions.",
                         popl_example,
                         {.count = 5}};

}  // namespace
