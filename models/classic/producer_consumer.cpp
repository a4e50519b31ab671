// Producers and consumers over one buffered channel, which is closed when the last producer ends.
#include <cstddef>
#include <deque>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

void exchange(int producers, int consumers, int each, std::size_t capacity) {
  const heddle::chan<int> items = heddle::make_chan<int>(capacity);
  std::deque<heddle::var<int>> taken;
  heddle::wait_group producing, consuming;
  for (int p = 0; p < producers; ++p) {
    producing.add(1);
    heddle::go(heddle::named("producer"), [&producing, items, each] {
      for (int i = 0; i < each; ++i) items.send(1);
      producing.done();
    });
  }
  for (int c = 0; c < consumers; ++c) {
    consuming.add(1);
    heddle::go(heddle::named("consumer"), [&consuming, &count = taken.emplace_back(0), items] {
      for (int item : items) count += item;
      consuming.done();
    });
  }
  producing.wait();
  items.close();  // only now: a producer that still sends would panic
  consuming.wait();
  int total = 0;
  for (const auto& count : taken) total += count;
  heddle::check(total == producers * each, "every item is taken exactly once");
}

const heddle::model two_to_one{
    "classic/producer_consumer", heddle::expected::verified,
    "Two producers and a consumer share a channel with room for one item; main closes it when the "
    "producers are done. Every item is taken and the consumer ends.",
    [] { exchange(2, 1, 2, 1); }};

const heddle::model one_to_two{
    "classic/producer_two_consumers", heddle::expected::verified,
    "A producer and two consumers. Either may take any item; the closing reaches both.",
    [] { exchange(1, 2, 2, 1); }};

}  // namespace
