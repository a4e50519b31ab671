// Programs that panic under some schedules only: closing and counting in the wrong order.
#include "heddle/atomic.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

namespace {

const heddle::model double_close{
    "classic/double_close", heddle::expected::panic,
    "Two goroutines close a channel unless a flag says that it is closed. Both may look before "
    "either sets the flag, and the second close panics.",
    [] {
      const heddle::chan<int> done = heddle::make_chan<int>();
      heddle::atomic<bool> closed{false};
      heddle::wait_group wg;
      for (int i = 0; i < 2; ++i) {
        wg.add(1);
        heddle::go(heddle::named("closer"), [&wg, &closed, done] {
          if (!closed.load()) {
            closed.store(true);
            done.close();
          }
          wg.done();
        });
      }
      wg.wait();
    }};

const heddle::model close_once{
    "classic/close_once", heddle::expected::verified,
    "The repair: the test and the setting are one operation. Exactly one closes.", [] {
      const heddle::chan<int> done = heddle::make_chan<int>();
      heddle::atomic<bool> closed{false};
      heddle::wait_group wg;
      for (int i = 0; i < 2; ++i) {
        wg.add(1);
        heddle::go(heddle::named("closer"), [&wg, &closed, done] {
          if (closed.compare_and_swap(false, true)) done.close();
          wg.done();
        });
      }
      wg.wait();
      heddle::check(!done.recv(), "the channel is closed");
    }};

const heddle::model send_on_closed{
    "classic/send_on_closed", heddle::expected::panic,
    "The receiver closes a channel when it has enough. A sender that has not finished panics: "
    "closing is the sender's business.",
    [] {
      const heddle::chan<int> values = heddle::make_chan<int>(1);
      heddle::go(heddle::named("sender"), [values] {
        values.send(1);
        values.send(2);
      });
      values.recv();
      values.close();
    }};

const heddle::model negative_wait_group{
    "classic/negative_wait_group", heddle::expected::panic,
    "Main counts a worker after starting it. A worker that is quicker than main makes the counter "
    "negative, which panics.",
    [] {
      heddle::wait_group wg;
      heddle::go(heddle::named("worker"), [&wg] { wg.done(); });
      wg.add(1);
      wg.wait();
    }};

}  // namespace
