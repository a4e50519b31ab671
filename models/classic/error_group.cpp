// An error group by hand, as golang.org/x/sync/errgroup: the first error is kept, and cancels the
// others.
#include <functional>
#include <utility>

#include "heddle/chan.hpp"
#include "heddle/context.hpp"
#include "heddle/error.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

class error_group {
 public:
  explicit error_group(heddle::cancel_function cancel) : cancel_(std::move(cancel)) {}

  void start(std::function<heddle::error()> f) {
    running_.add(1);
    heddle::go(heddle::named("member"), [this, f = std::move(f)] {
      if (const heddle::error e = f()) {
        first_.call([&] {
          error_ = e;
          cancel_();
        });
      }
      running_.done();
    });
  }

  heddle::error wait() {
    running_.wait();
    cancel_();
    return error_;
  }

 private:
  heddle::cancel_function cancel_;
  heddle::wait_group running_;
  heddle::once first_;
  heddle::var<heddle::error> error_;
};

heddle::error wait_for_cancellation(const heddle::context& ctx) {
  ctx.done().recv();
  return ctx.err();
}

const heddle::model first_error{
    "classic/error_group", heddle::expected::verified,
    "One member fails, two wait for the cancellation that its error brings. The group reports the "
    "cause and not its consequences.",
    [] {
      const heddle::error broken("broken");
      auto [ctx, cancel] = heddle::context::with_cancel(heddle::context::background());
      error_group group(cancel);
      for (int i = 0; i < 2; ++i) group.start([ctx = ctx] { return wait_for_cancellation(ctx); });
      group.start([broken] { return broken; });
      heddle::check(group.wait() == broken, "the first error is reported");
    }};

const heddle::model two_errors{
    "classic/error_group_two_errors", heddle::expected::verified,
    "Two members fail with errors of their own, at any time. One of the two is reported.", [] {
      const heddle::error one("one"), other("other");
      auto [ctx, cancel] = heddle::context::with_cancel(heddle::context::background());
      error_group group(cancel);
      group.start([one] { return one; });
      group.start([other] { return other; });
      const heddle::error e = group.wait();
      heddle::check(e == one || e == other, "one of the errors is reported");
    }};

}  // namespace
