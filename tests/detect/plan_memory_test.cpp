// Searches whose plans may not take memory: they begin again by an algorithm that has none, and
// find what they find otherwise.
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "heddle/check/check.hpp"
#include "heddle/heddle.hpp"

namespace checker = heddle::checker;
using checker::verdict;

namespace {

// Abdulla, Aronis, Jonsson and Sagonas, POPL 2014: (n + 3) 2^(n - 2) traces.
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

checker::result checked(const std::function<void()>& body, std::size_t plan_bytes) {
  checker::options how;
  how.keep_going = true;
  how.count_traces = true;
  how.most_plan_bytes = plan_bytes;
  return checker::check(body, how);
}

}  // namespace

TEST_CASE("a search without memory for plans counts the same traces", "[detect]") {
  const checker::result r = checked([] { lastzero(8); }, 500);
  CHECK(r.verdict == verdict::verified);
  CHECK(r.redundant > 0);
  CHECK(r.redundant < 300);
  CHECK(r.distinct == 704);
  CHECK(r.explored - r.redundant == 704);
  const checker::result usual = checked([] { lastzero(8); }, checker::options().most_plan_bytes);
  CHECK(usual.redundant == 0);
  CHECK(usual.explored == 704);
}

TEST_CASE("a search without memory for plans finds every failure", "[detect]") {
  // Each of six goroutines may be the last; that fails differently for each.
  const auto body = [] {
    const auto x = std::make_shared<heddle::atomic<int>>(0);
    for (int i = 0; i < 6; ++i)
      heddle::go([=] {
        static const char* const names[] = {"a", "b", "c", "d", "e", "f"};
        heddle::check(x->add(1) != 6, names[i]);
      });
  };
  const checker::result r = checked(body, 200);
  const checker::result usual = checked(body, checker::options().most_plan_bytes);
  CHECK(usual.failures.size() == 6);
  CHECK(r.failures.size() == 6);
  CHECK(r.complete == usual.complete);
  CHECK(r.distinct == usual.distinct);
}

TEST_CASE("plans are kept after all where what blocks makes the other algorithm slow", "[detect]") {
  const auto readers_and_writer = [] {
    const auto m = std::make_shared<heddle::rw_mutex>();
    for (int i = 0; i < 16; ++i)
      heddle::go([=] {
        m->lock_shared();
        m->unlock_shared();
      });
    heddle::go([=] {
      m->lock();
      m->unlock();
    });
  };
  checker::options how;
  how.most_plan_bytes = 5000;
  how.max_executions = 3000;
  const checker::result r = checker::check(readers_and_writer, how);
  CHECK(r.verdict == verdict::passed);
  CHECK(r.explored == 3000);
  CHECK(r.redundant > 0);
  CHECK(r.redundant < 1000);
}
