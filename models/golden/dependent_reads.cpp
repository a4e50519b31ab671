// Programs in which what was read decides what is read or written next. Main starts the goroutines
// and waits for none.
#include <cstddef>
#include <deque>
#include <memory>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"

namespace {

using heddle::expected;

// Last zero, of Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order reduction"
// (POPL 2014): n goroutines each set a cell to its left neighbour's value and one; a reader looks
// from the right for the last cell that is zero. (n + 3) 2^(n - 2) traces.
void lastzero(std::size_t n) {
  const auto cells = std::make_shared<std::deque<heddle::atomic<int>>>(n + 1);
  heddle::go([cells, n] {
    std::size_t i = n;
    while ((*cells)[i].load() != 0) --i;
  });
  for (std::size_t j = 1; j <= n; ++j)
    heddle::go([cells, j] {
      const int left = (*cells)[j - 1].load();
      (*cells)[j].store(left + 1);
    });
}

enum class with_reader { no, yes };

// Two goroutines that compute Fibonacci numbers from each other's, n steps each, as in SV-COMP's
// fib_bench; with a reader who holds that neither exceeds fib(2n + 2), which is reached only if
// they alternate. Without a reader it is Nidhugg's fib_simple
// (https://github.com/nidhugg/nidhugg, src/SC_test.cpp), which lists the 19 traces for n = 2.
// With one it needs 11, 140 and, for n = 5, 218243 (GenMC, Nidhugg).
void fibonacci(int n, with_reader reader) {
  struct terms {
    heddle::atomic<int> x{1}, y{1};
  };
  const auto shared = std::make_shared<terms>();
  const auto work = [n](heddle::atomic<int>& own, const heddle::atomic<int>& other) {
    for (int i = 0; i < n; ++i) {
      const int before = own.load();
      own.store(before + other.load());
    }
  };
  heddle::go([shared, work] { work(shared->x, shared->y); });
  heddle::go([shared, work] { work(shared->y, shared->x); });
  if (reader == with_reader::no) return;
  heddle::go([shared, n] {
    int most = 1;
    int before = 1;
    for (int i = 0; i < 2 * n; ++i) {
      const int next = before + most;
      before = most;
      most = next;
    }
    heddle::check(!(shared->x.load() > most || shared->y.load() > most), "fib(2n + 2) is most");
  });
}

const heddle::model lastzero_5{"golden/lastzero_5",
                               expected::verified,
                               "Five writers after one another and a reader. 8 2^3 traces.",
                               [] { lastzero(5); },
                               {.count = 64}};

const heddle::model lastzero_10{"golden/lastzero_10",
                                expected::verified,
                                "Ten writers after one another and a reader. 13 2^8 traces.",
                                [] { lastzero(10); },
                                {.count = 3328}};

const heddle::model lastzero_15{"golden/lastzero_15",
                                expected::verified,
                                "15 writers after one another and a reader. 18 2^13 traces.",
                                [] { lastzero(15); },
                                {.count = 147456, .large = true}};

const heddle::model fib_simple_2{"golden/fib_simple_2",
                                 expected::verified,
                                 "Two goroutines add each other's number to theirs twice. 19 "
                                 "traces.",
                                 [] { fibonacci(2, with_reader::no); },
                                 {.count = 19}};

const heddle::model fib_bench_2{"golden/fib_bench_2",
                                expected::verified,
                                "Two goroutines add each other's number to theirs twice, and a "
                                "third looks at both: none exceeds 8.",
                                [] { fibonacci(2, with_reader::yes); },
                                {.count = 140}};

const heddle::model fib_bench{"golden/fib_bench",
                              expected::verified,
                              "Two goroutines add each other's number to theirs five times, and a "
                              "third looks at both: none exceeds 144.",
                              [] { fibonacci(5, with_reader::yes); },
                              {.count = 218243, .large = true}};

}  // namespace
