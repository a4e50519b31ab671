// The tour's error propagation: the outcome of a goroutine comes back on a channel, or too late.
#include <chrono>
#include <cstddef>

#include "heddle/chan.hpp"
#include "heddle/error.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/time.hpp"

namespace {

using namespace std::chrono_literals;

heddle::error work() {
  heddle::sleep_for(1s);
  return heddle::error("an error occurred");
}

void wait_for_error(std::size_t capacity) {
  const heddle::chan<heddle::error> errc = heddle::make_chan<heddle::error>(capacity);
  heddle::go(heddle::named("work"), [errc] { errc.send(work()); });
  heddle::error received;
  switch (heddle::select(heddle::recv(errc, received), heddle::recv(heddle::after(2s)))) {
    case 0:
      heddle::check(received.message() == "an error occurred", "the error arrives whole");
      break;
    case 1:  // "Work finished without errors": not so, it only has not finished yet
      heddle::check(!received, "a timeout brings no error");
  }
}

const heddle::model leaking{
    "tour/error_propagation", heddle::expected::leak,
    "Main waits two seconds for the error of a goroutine that works for one. It LEAKS on a slow "
    "machine: once main has given up nobody receives from the unbuffered channel, and the worker "
    "stays blocked in its send for ever.",
    [] { wait_for_error(0); }};

const heddle::model buffered{
    "tour/error_propagation_buffered", heddle::expected::verified,
    "The usual repair: room for one error in the channel. The worker can always leave its error "
    "and end, whether main waits for it or not.",
    [] { wait_for_error(1); }};

const heddle::model punctual{
    "tour/error_propagation_idle",
    heddle::expected::verified,
    "The unrepaired program on a machine that is never late: one second passes before two, so the "
    "leak hides. It is why tests that sleep find nothing.",
    [] { wait_for_error(0); },
    {.time = "idle", .strategy = ""}};

}  // namespace
