// A program that orders its accesses in every way that Heddle has, for ThreadSanitizer to find
// nothing in, in performance mode: neither in them nor in what the runtime does.
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

// The k-th receive comes before the end of the (k+C)-th send, also where senders or receivers wait.
void room() {
  for (const std::size_t capacity : {0U, 1U, 3U}) {
    const auto c = heddle::make_chan<int>(capacity);
    std::vector<int> slots(capacity + 1);
    heddle::wait_group done;
    done.go([&] {
      for (int i = 0; i < 40; ++i) {
        if (i % 7 == 3) heddle::yield();
        c.recv();
      }
    });
    for (int i = 0; i < 40; ++i) {
      if (i % 5 == 4) heddle::yield();
      c.send(i);
    }
    done.wait();
  }
  const auto tokens = heddle::make_chan<int>(1);  // a lock made of a channel
  int count = 0;
  heddle::wait_group done;
  for (int i = 0; i < 6; ++i)
    done.go([&] {
      tokens.send(1);
      ++count;
      heddle::yield();
      tokens.recv();
    });
  done.wait();
  heddle::check(count == 6);
}

void selects() {
  const auto a = heddle::make_chan<std::string>();
  const auto b = heddle::make_chan<std::string>(1);
  heddle::wait_group done;
  std::string sent_by_each[2];
  for (int g = 0; g < 2; ++g)
    done.go([&, g] {
      for (int i = 0; i < 20; ++i) {
        sent_by_each[g] = std::string(30, 'x');
        heddle::select(heddle::send(a, sent_by_each[g]), heddle::send(b, sent_by_each[g]));
      }
    });
  std::size_t letters = 0;
  for (int i = 0; i < 40; ++i) {
    std::string got;
    heddle::select(heddle::recv(a, got), heddle::recv(b, got));
    letters += got.size();
  }
  done.wait();
  heddle::check(letters == 40 * 30 && sent_by_each[0].size() == 30);
}

void made_of_primitives() {
  heddle::semaphore one(1);
  heddle::sync_map<int, int> seen;
  int count = 0;
  heddle::errgroup group;
  for (int i = 0; i < 6; ++i)
    group.go([&, i] {
      one.acquire(1);
      ++count;
      one.release(1);
      seen.store(i, i);
      return heddle::error();
    });
  group.wait();
  heddle::check(count == 6);
  std::string read;
  heddle::blocking([&] { read = std::string(40, 'f'); });
  heddle::check(read.size() == 40);
  heddle::timer stopped = heddle::after_func(10s, [] {});
  stopped.stop();
}

}  // namespace

int main() {
  std::string text = "before";
  const int status = heddle::run([&] {
    text += " and in";
    stacks();
    locks();
    channels();
    waiting();
    timers_and_contexts();
    published();
    room();
    selects();
    made_of_primitives();
    text += " the program";
  });
  return text.size() == 25 ? status : 1;
}
