// The tour's first channels: one sender, one receiver. Each program is a single trace, since the
// two meet in one way only.
#include <optional>
#include <string>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"

namespace {

void produce(const heddle::send_chan<int>& p) {
  for (int i = 0; i < 10; ++i) p.send(i);
  p.close();
}

const heddle::model range{
    "tour/produce",
    heddle::expected::verified,
    "A producer sends ten integers and closes; main ranges over the channel. Every value arrives, "
    "in order, and the range ends.",
    [] {
      const heddle::chan<int> ch = heddle::make_chan<int>();
      heddle::go(heddle::named("produce"), produce, ch);  // concurrent producer
      int received = 0;
      for (int i : ch) heddle::check(i == received++, "the values come in order");
      heddle::check(received == 10, "every value was received");
    },
    {.time = "", .strategy = "", .count = 1}};

void worker(const heddle::chan<std::string>& messages) { messages.send("ping"); }

const heddle::model ping{
    "tour/ping",
    heddle::expected::verified,
    "A worker sends one message, main receives it. Receiving waits for the sender, so nothing "
    "else is needed to synchronise the two.",
    [] {
      const heddle::chan<std::string> messages = heddle::make_chan<std::string>();
      heddle::go(heddle::named("worker"), worker, messages);
      const std::optional<std::string> message = messages.recv();
      heddle::check(message == "ping", "the message is the one that was sent");
    },
    {.time = "", .strategy = "", .count = 1}};

const heddle::model message{
    "tour/message",
    heddle::expected::verified,
    "The same with an anonymous function as the goroutine. It refers to the channel by value: a "
    "handle, as Go's channels are.",
    [] {
      const heddle::chan<std::string> messages = heddle::make_chan<std::string>();
      heddle::go([messages] { messages.send("Hello, World!"); });  // sending into the channel
      const std::optional<std::string> received = messages.recv();
      heddle::check(received == "Hello, World!", "the message is the one that was sent");
    },
    {.time = "", .strategy = "", .count = 1}};

}  // namespace
