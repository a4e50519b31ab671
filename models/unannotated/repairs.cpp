// The same kinds of programs with their accesses ordered, again without annotations.
#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "heddle/heddle.hpp"

namespace {

using heddle::expected;

struct counter {
  int count = 0;
  heddle::mutex m;
  heddle::wait_group done;
};

const heddle::model counts{
    "unannotated/counter_locked", expected::verified, "Two goroutines add one under a mutex.", [] {
      const auto s = std::make_shared<counter>();
      for (int i = 0; i < 2; ++i)
        s->done.go([s] {
          s->m.lock();
          ++s->count;
          s->m.unlock();
        });
      s->done.wait();
      heddle::check(s->count == 2, "both were counted");
    }};

struct settings {
  int timeout = 0;
  std::atomic<bool> loaded{false};
  heddle::mutex m;
};

int timeout_of(settings& s) {
  if (!s.loaded.load()) {
    s.m.lock();
    if (!s.loaded.load()) {
      s.timeout = 30;
      s.loaded.store(true);
    }
    s.m.unlock();
  }
  return s.timeout;
}

const heddle::model double_checked{
    "unannotated/double_checked_atomic", expected::verified,
    "Initialisation that is looked at twice, by way of an atomic flag.", [] {
      const auto s = std::make_shared<settings>();
      for (int i = 0; i < 2; ++i)
        heddle::go([s] { heddle::check(timeout_of(*s) == 30, "it is initialised"); });
    }};

enum class stage { empty, written };
struct version {
  int major;
  int minor;
};

struct published {
  int text = 0;
  heddle::atomic<bool> flag{false};
  heddle::atomic<const int*> pointer{nullptr};
  heddle::atomic<stage> reached{stage::empty};
  heddle::atomic<version> current{{0, 0}};
};

// Each of them is one event and not watched besides: a library's own function is behind none.
const heddle::model heddle_atomics{
    "unannotated/published_by_heddle_atomics", expected::verified,
    "A message that Heddle's atomics announce: a flag, a pointer, an enumeration and a struct.", [] {
      const auto s = std::make_shared<published>();
      heddle::go([s] {
        s->text = 1;
        s->flag.store(true);
        s->pointer.store(&s->text);
        s->reached.exchange(stage::written);
        version none{0, 0};
        s->current.compare_exchange(none, {1, 2});
      });
      if (s->current.load().minor == 2) heddle::check(s->text == 1, "seen by the struct");
      if (s->reached.load() == stage::written) heddle::check(s->text == 1, "seen by the stage");
      if (const int* text = s->pointer.load()) heddle::check(*text == 1, "seen by the pointer");
      if (s->flag.load()) heddle::check(s->text == 1, "seen by the flag");
    }};

const heddle::model loop_variable{
    "unannotated/loop_variable_copied", expected::verified,
    "Goroutines that capture the variable of the loop by value.", [] {
      heddle::wait_group done;
      int sum = 0;
      heddle::mutex m;
      for (int i = 0; i < 2; ++i)
        done.go([&, i] {
          m.lock();
          sum += i;
          m.unlock();
        });
      done.wait();
      heddle::check(sum == 1, "each has its own number");
    }};

const heddle::model map_writes{
    "unannotated/map_writes_locked", expected::verified,
    "Two goroutines insert into a map under a mutex.", [] {
      struct shared {
        std::map<int, int> ages;
        heddle::mutex m;
        heddle::wait_group done;
      };
      const auto s = std::make_shared<shared>();
      for (int i = 0; i < 2; ++i)
        s->done.go([s, i] {
          s->m.lock();
          s->ages[i] = 1;
          s->m.unlock();
        });
      s->done.wait();
      heddle::check(s->ages.size() == 2, "both were inserted");
    }};

const heddle::model by_channel{
    "unannotated/published_by_channel", expected::verified,
    "A vector is filled and then sent; the receiver owns it.", [] {
      const auto results = heddle::make_chan<std::unique_ptr<std::vector<int>>>();
      heddle::go(heddle::named("producer"), [results] {
        auto made = std::make_unique<std::vector<int>>();
        for (int i = 0; i < 3; ++i) made->push_back(i);
        results.send(std::move(made));
      });
      const auto got = results.recv();
      (*got)->push_back(3);
      heddle::check((*got)->size() == 4, "the vector is whole");
    }};

struct article {
  std::vector<int> words;
  std::atomic<bool> published{false};
};

const heddle::model by_atomic{
    "unannotated/published_by_atomic", expected::verified,
    "A vector is filled and then published by an atomic flag.", [] {
      const auto a = std::make_shared<article>();
      heddle::go(heddle::named("author"), [a] {
        a->words.push_back(1);
        a->published.store(true, std::memory_order_release);
      });
      if (a->published.load(std::memory_order_acquire))
        heddle::check(a->words.size() == 1, "the article is whole");
    }};

// Readers take a reference to the current version; a writer replaces it by a changed copy. The
// last reader of an old version frees it.
class versioned_list {
 public:
  std::shared_ptr<const std::vector<int>> current() {
    m_.lock();
    auto now = now_;
    m_.unlock();
    return now;
  }
  void append(int value) {
    m_.lock();
    auto copy = std::make_shared<std::vector<int>>(*now_);
    copy->push_back(value);
    now_ = std::move(copy);
    m_.unlock();
  }

 private:
  heddle::mutex m_;
  std::shared_ptr<const std::vector<int>> now_ = std::make_shared<std::vector<int>>();
};

const heddle::model copy_on_write{
    "unannotated/copy_on_write", expected::verified,
    "Readers keep a version of a list while a writer replaces it by a changed copy.", [] {
      const auto list = std::make_shared<versioned_list>();
      heddle::wait_group done;
      done.go([list] { list->append(1); });
      done.go([list] {
        const auto seen = list->current();
        heddle::check(seen->size() <= 2, "a version is whole");
      });
      list->append(2);
      done.wait();
      heddle::check(list->current()->size() == 2, "both were appended");
    }};

}  // namespace
