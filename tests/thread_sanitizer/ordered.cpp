// A program that orders its accesses in every way that Heddle has, for ThreadSanitizer to find
// nothing in while it runs at speed.
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "heddle/heddle.hpp"

namespace {

using namespace std::chrono_literals;

// Each goroutine uses the same stack as one that has ended.
void stacks() {
  for (int i = 0; i < 50; ++i) {
    std::vector<int> part(3);
    heddle::wait_group done;
    for (std::size_t g = 0; g < 3; ++g)
      done.go([&, g] {
        volatile int local[100] = {};
        local[g] = 1;
        part[g] = local[g];
      });
    done.wait();
    heddle::check(part[0] + part[1] + part[2] == 3);
  }
}

void locks() {
  int count = 0;
  std::map<int, int> seen;
  heddle::mutex m;
  heddle::rw_mutex rw;
  heddle::once made;
  heddle::wait_group done;
  for (int i = 0; i < 8; ++i)
    done.go([&, i] {
      made.call([&] { seen[-1] = 1; });
      m.lock();
      ++count;
      heddle::yield();
      m.unlock();
      rw.lock();
      seen[i] = 1;
      rw.unlock();
      rw.lock_shared();
      heddle::check(seen.at(-1) == 1);
      rw.unlock_shared();
    });
  done.wait();
  heddle::check(count == 8 && seen.size() == 9);
}

void channels() {
  const auto words = heddle::make_chan<std::string>(2);
  const auto lists = heddle::make_chan<std::unique_ptr<std::vector<int>>>();
  heddle::go([=] {
    for (int i = 0; i < 20; ++i) words.send(std::string(40, 'x'));
    words.close();
  });
  heddle::go([=] {
    auto list = std::make_unique<std::vector<int>>(5, 1);
    lists.send(std::move(list));
  });
  std::size_t letters = 0;
  for (const std::string& w : words) letters += w.size();
  std::unique_ptr<std::vector<int>> list;
  heddle::select(heddle::recv(lists, list), heddle::recv(heddle::after(10s)));
  list->push_back(1);
  heddle::check(letters == 800 && list->size() == 6);
}

void waiting() {
  struct monitor {
    heddle::mutex m;
    heddle::cond changed{m};
    bool ready = false;
    int value = 0;
  };
  const auto s = std::make_shared<monitor>();
  heddle::go([s] {
    s->m.lock();
    s->value = 1;
    s->ready = true;
    s->m.unlock();
    s->changed.broadcast();
  });
  s->m.lock();
  s->changed.wait_until([&] { return s->ready; });
  heddle::check(s->value == 1);
  s->m.unlock();
}

void timers_and_contexts() {
  const auto text = std::make_shared<std::string>("before");
  const auto done = heddle::make_chan<int>();
  heddle::after_func(1ms, [=] {
    text->append(" after");
    done.send(1);
  });
  done.recv();
  const auto c = heddle::context::with_cancel(heddle::context::background());
  heddle::go([=] {
    *text = "cancelled";
    c.cancel();
  });
  c.ctx.done().recv();
  heddle::check(*text == "cancelled");
}

void published() {
  struct article {
    std::vector<int> words;
    heddle::atomic<bool> ready{false};
    std::atomic<bool> also{false};
  };
  const auto a = std::make_shared<article>();
  heddle::go([a] {
    a->words.push_back(1);
    a->ready.store(true);
  });
  while (!a->ready.load()) heddle::yield();
  heddle::check(a->words.size() == 1);
}

}  // namespace

int main() {
  return heddle::run([] {
    stacks();
    locks();
    channels();
    waiting();
    timers_and_contexts();
    published();
  });
}
