// The tour's cancellation signal: a worker that works every second until it is told to stop.
#include <chrono>

#include "heddle/context.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/time.hpp"

namespace {

using namespace std::chrono_literals;

void do_work(const heddle::context& ctx) {
  for (;;) {
    switch (heddle::select(heddle::recv(heddle::after(1s)), heddle::recv(ctx.done()))) {
      case 0:  // "Doing some work"
        break;
      case 1:  // "Work cancelled:"
        heddle::check(ctx.err() == heddle::context::canceled, "the work was cancelled");
        return;
    }
  }
}

void work_and_cancel() {
  auto [ctx, cancel] = heddle::context::with_cancel(heddle::context::background());
  heddle::go(heddle::named("do_work"), do_work, ctx);
  heddle::sleep_for(5s);  // let it work for a while
  cancel();               // now cancel the work
  heddle::sleep_for(1s);  // give it a moment to print the cancellation message
}

const heddle::model bounded{
    "tour/do_work",
    heddle::expected::passed,
    "A worker selects between a second's passing and its cancellation, until main cancels. Between "
    "main's waking and its call of cancel a slow machine may let any number of seconds pass: the "
    "tree has no end, so the search is bounded.",
    work_and_cancel,
    {.time = "free", .strategy = "", .max_executions = 1000, .max_steps = 40}};

const heddle::model punctual{
    "tour/do_work_idle",
    heddle::expected::verified,
    "The same program on a machine that is never late. Only the order of timers of the same moment "
    "is left open, and the worker always learns of its cancellation.",
    work_and_cancel,
    {.time = "idle", .strategy = ""}};

}  // namespace
