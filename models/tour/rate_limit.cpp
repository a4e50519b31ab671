// The tour's rate limiting: a ticker lets one request through at each tick.
#include <chrono>

#include "heddle/chan.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/time.hpp"

namespace {

using namespace std::chrono_literals;

void limit_requests(int count) {
  // A buffered channel holds the requests that wait.
  const heddle::chan<int> requests = heddle::make_chan<int>(static_cast<std::size_t>(count));
  for (int i = 1; i <= count; ++i) requests.send(i);
  requests.close();

  const heddle::time_point start = heddle::now();  // before the ticker starts: time may pass
  const auto limiter = heddle::tick(200ms);        // a rate of 200 ms
  int served = 0;
  for (int request : requests) {
    limiter.recv();
    heddle::check(request == ++served, "requests are served in order");
    heddle::check(heddle::now() - start >= served * 200ms, "none is served before its tick");
  }
  heddle::check(served == count, "every request is served");
}

const heddle::model limited{
    "tour/rate_limit", heddle::expected::verified,
    "Five requests wait in a buffered channel, and each is served at a tick of 200 milliseconds. "
    "None comes early, however late the receiver; the ticker goes on after main, which is no leak.",
    [] { limit_requests(5); }};

}  // namespace
