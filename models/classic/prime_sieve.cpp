// The concurrent prime sieve (https://go.dev/doc/play/sieve.go): a chain of filters, one for each
// prime found.
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"

namespace {

// Sends 2, 3, ... up to `limit` and closes; for ever if the limit is 0.
void generate(const heddle::send_chan<int>& out, int limit) {
  for (int i = 2; limit == 0 || i <= limit; ++i) out.send(i);
  out.close();
}

void filter(const heddle::recv_chan<int>& in, const heddle::send_chan<int>& out, int prime) {
  for (int i : in)
    if (i % prime != 0) out.send(i);
  out.close();
}

// The first `count` primes, or all up to `limit`.
std::vector<int> sieve(std::size_t count, int limit) {
  std::vector<int> primes;
  heddle::chan<int> ch = heddle::make_chan<int>();
  heddle::go(heddle::named("generate"), generate, ch, limit);
  while (primes.size() < count) {
    const std::optional<int> prime = ch.recv();
    if (!prime) break;
    primes.push_back(*prime);
    const heddle::chan<int> next = heddle::make_chan<int>();
    heddle::go(heddle::named("filter"), filter, ch, next, *prime);
    ch = next;
  }
  return primes;
}

const heddle::model abandoned{
    "classic/prime_sieve", heddle::expected::leak,
    "The sieve as it is usually shown: main takes four primes and returns. The generator and every "
    "filter stay blocked in a send: harmless at the end of a program, a leak in a function.",
    [] {
      heddle::check(sieve(4, 0) == std::vector<int>{2, 3, 5, 7}, "the first primes");
    }};

const heddle::model closed{
    "classic/prime_sieve_closed",
    heddle::expected::verified,
    "The sieve with an end: the generator closes at 20 and each filter passes the closing on. With "
    "one sender and one receiver per channel it is one trace.",
    [] {
      heddle::check(sieve(100, 20) == std::vector<int>{2, 3, 5, 7, 11, 13, 17, 19}, "all primes");
    },
    {.time = "", .strategy = "", .count = 1}};

}  // namespace
