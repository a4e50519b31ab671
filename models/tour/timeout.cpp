// The tour's timeout: work that takes two seconds under a context that allows one.
#include <chrono>

#include "heddle/context.hpp"
#include "heddle/error.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/time.hpp"

namespace {

using namespace std::chrono_literals;

heddle::error work(const heddle::context& ctx) {
  switch (heddle::select(heddle::recv(heddle::after(2s)), heddle::recv(ctx.done()))) {
    case 0:  // "Work finished"
      return {};
    default:  // "Canceled"
      return ctx.err();
  }
}

heddle::error work_with_timeout() {
  auto [ctx, cancel] = heddle::context::with_timeout(heddle::context::background(), 1s);
  heddle::defer release([&stop = cancel] { stop(); });  // cancel when we are finished
  return work(ctx);
}

const heddle::model timeout{
    "tour/timeout", heddle::expected::verified,
    "Work that takes two seconds is given one. On a slow machine both have passed before select "
    "looks, so the work may finish after all: the program must be ready for either, and is.",
    [] {
      const heddle::error e = work_with_timeout();
      heddle::check(!e || e == heddle::context::deadline_exceeded, "finished, or timed out");
    }};

const heddle::model punctual{
    "tour/timeout_idle",
    heddle::expected::verified,
    "The same program on a machine that is never late, where one second is over before two. There "
    "the work is always cancelled.",
    [] { heddle::check(work_with_timeout() == heddle::context::deadline_exceeded, "timed out"); },
    {.time = "idle", .strategy = ""}};

}  // namespace
