// Programs on channels and wait groups. A rendezvous is one event of its two goroutines and waiting
// is none, so that a network in which every channel has one sender and one receiver is one trace
// (Kahn, "The semantics of a simple language for parallel programming", 1974), whatever its size.
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

using heddle::expected;

// `stages` goroutines in a row; the first sends 0, 1, ..., the others add one, main receives.
void pipeline(int stages, int messages, std::size_t capacity) {
  auto last = heddle::make_chan<int>(capacity);
  heddle::go(heddle::named("stage 1"), [last, messages] {
    for (int i = 0; i < messages; ++i) last.send(i);
    last.close();
  });
  for (int stage = 2; stage <= stages; ++stage) {
    const auto next = heddle::make_chan<int>(capacity);
    heddle::go(heddle::named("stage " + std::to_string(stage)), [in = last, next] {
      for (int value : in) next.send(value + 1);
      next.close();
    });
    last = next;
  }
  int received = 0;
  for (int value : last) heddle::check(value == received++ + stages - 1, "in order, none lost");
  heddle::check(received == messages, "all of them");
}

// The concurrent prime sieve (https://go.dev/doc/play/sieve.go) up to `limit`: a filter for each
// prime, to which numbers come that no smaller prime divides. Returns the number of primes.
int sieve(int limit) {
  auto ch = heddle::make_chan<int>();
  heddle::go(heddle::named("generate"), [ch, limit] {
    for (int i = 2; i <= limit; ++i) ch.send(i);
    ch.close();
  });
  int primes = 0;
  while (const std::optional<int> prime = ch.recv()) {
    ++primes;
    const auto next = heddle::make_chan<int>();
    heddle::go(heddle::named("filter"), [in = ch, next, prime = *prime] {
      for (int i : in)
        if (i % prime != 0) next.send(i);
      next.close();
    });
    ch = next;
  }
  return primes;
}

// n senders and n receivers of one message each over one channel: n!, the ways to pair them. A
// relation that orders arrivals as well counts (n!)^2.
void rendezvous(int n) {
  const auto c = heddle::make_chan<int>();
  for (int i = 0; i < n; ++i) heddle::go([c, i] { c.send(i); });
  for (int i = 0; i < n; ++i) heddle::go([c] { c.recv(); });
}

// `senders` goroutines send `messages` each to one receiver, which is main:
// (senders messages)! / (messages!)^senders, the interleavings that it can receive.
void fan_in(int senders, int messages) {
  const auto c = heddle::make_chan<int>();
  for (int id = 0; id < senders; ++id)
    heddle::go([c, id, messages] {
      for (int i = 0; i < messages; ++i) c.send(id);
    });
  for (int i = 0; i < senders * messages; ++i) c.recv();
}

// n workers that are each done once, one who waits: 1, as it cannot be told in which order they are
// done, nor which of them was waited for last.
void done(int n) {
  heddle::wait_group wg;
  heddle::var<int> worked[64];
  wg.add(n);
  for (int i = 0; i < n; ++i)
    heddle::go([&wg, &mine = worked[i]] {
      mine = 1;
      wg.done();
    });
  wg.wait();
  for (int i = 0; i < n; ++i) heddle::check(worked[i] == 1, "everyone has worked");
}

const heddle::model pipeline_8x100{"golden/pipeline_8x100",
                                   expected::verified,
                                   "100 numbers pass through eight stages. One trace.",
                                   [] { pipeline(8, 100, 0); },
                                   {.count = 1}};

const heddle::model pipeline_buffered{"golden/pipeline_buffered_4x20x3",
                                      expected::verified,
                                      "20 numbers pass through four stages over channels with room "
                                      "for three. One trace.",
                                      [] { pipeline(4, 20, 3); },
                                      {.count = 1}};

const heddle::model sieve_100{"golden/sieve_100",
                              expected::verified,
                              "The prime sieve up to 100, a goroutine for each of 25 primes. One "
                              "trace.",
                              [] { heddle::check(sieve(100) == 25, "25 primes"); },
                              {.count = 1}};

const heddle::model rendezvous_4{"golden/rendezvous_4",
                                 expected::verified,
                                 "Four senders and four receivers at one channel. 4! traces.",
                                 [] { rendezvous(4); },
                                 {.count = 24}};

const heddle::model fan_in_3x2{"golden/fan_in_3x2",
                               expected::verified,
                               "Three senders of two messages each, one receiver. 6! / (2!)^3 "
                               "traces.",
                               [] { fan_in(3, 2); },
                               {.count = 90}};

const heddle::model done_8{"golden/done_8",
                           expected::verified,
                           "Eight workers that are each done once, one wait. One trace.",
                           [] { done(8); },
                           {.count = 1}};

}  // namespace
