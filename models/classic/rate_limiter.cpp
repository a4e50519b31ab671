// A rate limiter with a burst: tokens in a buffered channel, refilled at an interval.
#include <chrono>
#include <cstddef>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/time.hpp"

namespace {

using namespace std::chrono_literals;

constexpr heddle::duration interval = 200ms;

// The bucket starts full; the refiller adds as many tokens as there are requests beyond the burst.
heddle::recv_chan<int> make_bucket(int burst, int refills) {
  const heddle::chan<int> bucket = heddle::make_chan<int>(static_cast<std::size_t>(burst));
  for (int i = 0; i < burst; ++i) bucket.send(1);
  heddle::go(heddle::named("refiller"), [bucket, refills] {
    for (int i = 0; i < refills; ++i) {
      heddle::sleep_for(interval);
      bucket.send(1);
    }
  });
  return bucket;
}

const heddle::model rate_limiter{
    "classic/rate_limiter", heddle::expected::verified,
    "Three requests, a bucket of one token, one more every 200 milliseconds. Each request beyond "
    "the burst is served, and none before its token's time.",
    [] {
      constexpr int burst = 1, requests = 3;
      const heddle::time_point start = heddle::now();
      const heddle::recv_chan<int> bucket = make_bucket(burst, requests - burst);
      for (int request = 1; request <= requests; ++request) {
        bucket.recv();
        heddle::check(heddle::now() - start >= (request - burst) * interval, "not too early");
      }
    }};

}  // namespace
