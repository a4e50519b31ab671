// Publish and subscribe: a topic sends every message to every subscriber, under a mutex.
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

class topic {
 public:
  heddle::recv_chan<int> subscribe(std::size_t capacity) {
    const heddle::chan<int> inbox = heddle::make_chan<int>(capacity);
    std::lock_guard hold(mutex_);
    inboxes_.with([&](auto& inboxes) { inboxes.push_back(inbox); });
    return inbox;
  }

  // Holds the mutex while it sends, so that all subscribers see the messages in one order.
  void publish(int message) {
    std::lock_guard hold(mutex_);
    for (const auto& inbox : inboxes_.get()) inbox.send(message);
  }

  void close() {
    std::lock_guard hold(mutex_);
    for (const auto& inbox : inboxes_.get()) inbox.close();
  }

 private:
  heddle::mutex mutex_;
  heddle::var<std::vector<heddle::chan<int>>> inboxes_;
};

void publish_to(int subscribers, int publishers) {
  topic news;
  std::deque<heddle::var<std::vector<int>>> seen;
  heddle::wait_group reading, writing;
  for (int i = 0; i < subscribers; ++i) {
    reading.add(1);
    heddle::go(heddle::named("subscriber"),
               [&reading, &mine = seen.emplace_back(), inbox = news.subscribe(1)] {
                 for (int message : inbox)
                   mine.with([message](auto& messages) { messages.push_back(message); });
                 reading.done();
               });
  }
  for (int i = 1; i <= publishers; ++i) {
    writing.add(1);
    heddle::go(heddle::named("publisher"), [&writing, &news, i] {
      news.publish(i);
      writing.done();
    });
  }
  writing.wait();
  news.close();
  reading.wait();
  for (const auto& messages : seen) {
    heddle::check(messages.get().size() == static_cast<std::size_t>(publishers), "all arrive");
    heddle::check(messages.get() == seen.front().get(), "all see them in one order");
  }
}

const heddle::model pub_sub{
    "classic/pub_sub", heddle::expected::verified,
    "Two publishers, two subscribers with room for one message each. All messages reach all "
    "subscribers, in the same order.",
    [] { publish_to(2, 2); }};

const heddle::model leaving_subscriber{
    "classic/pub_sub_leaving_subscriber", heddle::expected::leak,
    "A subscriber that has read enough goes away without telling the topic. The publisher stays "
    "blocked in its next send, and holds the topic's mutex.",
    [] {
      const auto news = std::make_shared<topic>();  // shared: the publisher may outlive main
      const heddle::recv_chan<int> inbox = news->subscribe(0);
      heddle::go(heddle::named("publisher"), [news] {
        news->publish(1);
        news->publish(2);
      });
      heddle::check(inbox.recv() == 1, "the first message arrives");
    }};

}  // namespace
