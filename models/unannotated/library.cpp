// Heddle's own headers in code compiled for checking: what they do under their own operations is
// no race of the program's, and values that go through them are ordered.
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "heddle/heddle.hpp"

namespace {

using heddle::expected;
using heddle::model;
using namespace std::chrono_literals;

const std::string long_word = "a word that is too long to lie in the string itself";

const model channels{
    "unannotated/channels", expected::verified,
    "Strings and vectors through channels with and without a buffer, by select and by range.", [] {
      const auto words = heddle::make_chan<std::string>(1);
      const auto lists = heddle::make_chan<std::vector<std::string>>();
      heddle::go([=] {
        words.send(long_word);
        words.send("b");
        words.close();
      });
      heddle::go([=] { lists.send({"x", long_word}); });
      std::size_t letters = 0;
      std::vector<std::string> list;
      std::string word;
      for (int i = 0; i < 2; ++i)
        if (heddle::select(heddle::recv(lists, list), heddle::recv(words, word)) == 1)
          letters += word.size();
      if (list.empty()) list = *lists.recv();
      for (const std::string& w : words) letters += w.size();
      heddle::check(letters == long_word.size() + 1 && list.size() == 2, "all came");
    }};

const model select_lists{
    "unannotated/select_list", expected::verified, "Handlers of a run-time list of cases.", [] {
      const auto a = heddle::make_chan<int>(1);
      const auto b = heddle::make_chan<int>(1);
      heddle::go([=] { a.send(1); });
      heddle::go([=] { b.send(2); });
      int sum = 0;
      for (int i = 0; i < 2; ++i) {
        heddle::select_list cases;
        cases.add(heddle::recv(a, [&](std::optional<int> v) { sum += *v; }));
        cases.add(heddle::recv(b, [&](std::optional<int> v) { sum += *v; }));
        cases.run();
      }
      heddle::check(sum == 3, "both came");
    }};

const model maps{
    "unannotated/sync_map", expected::verified, "A map and a pool for use by several goroutines.",
    [] {
      struct shared {
        heddle::sync_map<int, std::string> names;
        heddle::pool<std::vector<int>> buffers;
        heddle::wait_group done;
      };
      const auto s = std::make_shared<shared>();
      for (int i = 0; i < 2; ++i)
        s->done.go([s, i] {
          s->names.store(i, "a name that is too long to lie in the string itself");
          if (const auto found = s->names.load(1 - i)) heddle::check(!found->empty(), "whole");
        });
      s->done.go([s] {
        std::vector<int> b = s->buffers.get();
        b.push_back(1);
        s->buffers.put(std::move(b));
      });
      s->done.wait();
      s->names.range([](int, const std::string& name) { return !name.empty(); });
    }};

const model flights{
    "unannotated/singleflight", expected::verified, "Two callers, one call, a value for both.", [] {
      struct shared {
        heddle::singleflight<int, std::string> loads;
        heddle::wait_group done;
      };
      const auto s = std::make_shared<shared>();
      for (int i = 0; i < 2; ++i)
        s->done.go([s] {
          const auto got = s->loads.call(1, [] { return std::string(40, 'x'); });
          heddle::check(got.value.size() == 40, "whole");
        });
      s->done.wait();
    }};

const model groups{
    "unannotated/errgroup", expected::verified, "The first error of a group cancels its context.",
    [] {
      auto [group, ctx] = heddle::errgroup::with_context(heddle::context::background());
      const auto results = std::make_shared<std::vector<int>>(2);
      for (std::size_t i = 0; i < 2; ++i)
        group.go([results, i, ctx = ctx] {
          if (ctx.err()) return heddle::error();
          (*results)[i] = 1;
          return i == 0 ? heddle::error("a failure with a long description") : heddle::error();
        });
      const heddle::error e = group.wait();
      heddle::check((*results)[0] <= 1 && (*results)[1] <= 1, "results are whole");
    }};

struct trace_key {
  using value_type = std::string;
};

const model contexts{
    "unannotated/context", expected::verified, "Cancelling what another goroutine waits for.", [] {
      const auto c = heddle::context::with_cancel(heddle::context::background());
      const auto reason = std::make_shared<std::string>();
      heddle::context::after_func(c.ctx, [reason] { heddle::check(reason->size() == 3, "set"); });
      *reason = "set";
      const auto done = heddle::make_chan<int>();
      heddle::go([=, ctx = c.ctx] {
        ctx.done().recv();
        done.send(1);
      });
      c.cancel();
      done.recv();
    }};

const model onces{
    "unannotated/once", expected::verified, "A value that is computed once, by whoever is first.",
    [] {
      const auto value = heddle::once_value([] { return std::vector<int>(3, 7); });
      heddle::wait_group done;
      for (int i = 0; i < 2; ++i)
        done.go([value] { heddle::check(value().size() == 3, "computed"); });
      done.wait();
    }};

const model timers{
    "unannotated/timers", expected::verified, "What was written before arming is seen after.", [] {
      const auto text = std::make_shared<std::string>("before the timer was armed, long enough");
      const auto done = heddle::make_chan<int>();
      heddle::after_func(1s, [=] {
        heddle::check(!text->empty(), "seen");
        done.send(1);
      });
      done.recv();
      heddle::sleep_for(1s);
      text->clear();
    }};

// Both counters are std::atomic, and the pointer is counted by the standard library.
const model counters{
    "unannotated/atomics", expected::verified,
    "std::atomic is explored: three goroutines add, and whoever is last sees them all.", [] {
      struct shared {
        std::atomic<int> left{3};
        std::atomic<long> sum{0};
        std::vector<int> parts = std::vector<int>(3);
      };
      const auto s = std::make_shared<shared>();
      for (int i = 0; i < 3; ++i)
        heddle::go([s, i] {
          s->parts[static_cast<std::size_t>(i)] = i;
          if (s->left.fetch_sub(1) == 1) heddle::check(s->parts[0] + s->parts[2] == 2, "all there");
        });
    }};

const model lost{
    "unannotated/lost_update", expected::assertion,
    "Loads and stores of a std::atomic in two steps: an update is lost.", [] {
      struct shared {
        std::atomic<int> count{0};
        heddle::wait_group done;
      };
      const auto s = std::make_shared<shared>();
      for (int i = 0; i < 2; ++i) s->done.go([s] { s->count.store(s->count.load() + 1); });
      s->done.wait();
      heddle::check(s->count.load() == 2, "no update is lost");
    }};

}  // namespace
