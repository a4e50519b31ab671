// The tour's cancelled worker: it sends until its context is cancelled, if it looks in time.
#include <chrono>
#include <string>

#include "heddle/chan.hpp"
#include "heddle/context.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/time.hpp"

namespace {

using namespace std::chrono_literals;

void send_work(const heddle::context& ctx, const heddle::chan<std::string>& ch) {
  for (;;) {
    switch (heddle::select(heddle::recv(ctx.done()), heddle::otherwise())) {
      case 0:  // "Done!"
        heddle::check(ctx.err() == heddle::context::canceled, "done means cancelled");
        return;
      default:
        ch.send("work");
        heddle::sleep_for(500ms);
    }
  }
}

// The repair: the send itself waits for the cancellation too.
void offer_work(const heddle::context& ctx, const heddle::chan<std::string>& ch) {
  for (;;) {
    if (heddle::select(heddle::recv(ctx.done()), heddle::send(ch, "work")) == 0) return;
    heddle::sleep_for(500ms);
  }
}

void receive_and_cancel(void (*worker)(const heddle::context&, const heddle::chan<std::string>&),
                        int count) {
  auto [ctx, cancel] = heddle::context::with_cancel(heddle::context::background());
  const heddle::chan<std::string> ch = heddle::make_chan<std::string>();
  heddle::go(heddle::named("worker"), worker, ctx, ch);
  for (int i = 0; i < count; ++i) heddle::check(ch.recv() == "work", "the worker works");
  cancel();
  heddle::sleep_for(1s);  // wait to see the Done! message
}

const heddle::model leaking{
    "tour/context_cancel", heddle::expected::leak,
    "Main receives five times and cancels; the worker looks at its context between sends. It LEAKS "
    "on a slow machine: if the worker has looked just before the cancellation, it goes on to a "
    "send "
    "that nobody will receive, and blocks for ever.",
    [] { receive_and_cancel(send_work, 5); }};

const heddle::model repaired{
    "tour/context_cancel_repaired", heddle::expected::verified,
    "The usual repair: one select over the cancellation and the send. The worker may offer once "
    "more, but nothing can keep it from ending.",
    [] { receive_and_cancel(offer_work, 5); }};

const heddle::model punctual{
    "tour/context_cancel_idle",
    heddle::expected::verified,
    "The unrepaired program on a machine that is never late: main cancels long before the worker "
    "has slept for half a second, so the leak hides.",
    [] { receive_and_cancel(send_work, 5); },
    {.time = "idle", .strategy = ""}};

}  // namespace
