// The tour's fan-out and fan-in: two consumers share one input, and merge joins what they send.
#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"

namespace {

using namespace std::chrono_literals;

heddle::recv_chan<int> producer(int n) {
  const heddle::chan<int> out = heddle::make_chan<int>();
  heddle::go(heddle::named("producer"), [out, n] {
    heddle::defer finished([&out] { out.close(); });
    for (int i = 0; i < n; ++i) out.send(i);
  });
  return out;
}

heddle::recv_chan<int> consumer(const heddle::recv_chan<int>& in) {
  const heddle::chan<int> out = heddle::make_chan<int>();
  heddle::go(heddle::named("consumer"), [in, out] {
    heddle::defer finished([&out] { out.close(); });
    for (int n : in) out.send(n * n);
  });
  return out;
}

heddle::recv_chan<int> merge(const std::vector<heddle::recv_chan<int>>& cs) {
  // Shared, since merge returns while its goroutines use it: what Go's escape analysis arranges.
  const auto wg = std::make_shared<heddle::wait_group>();
  const heddle::chan<int> out = heddle::make_chan<int>();
  const auto output = [wg, out](const heddle::recv_chan<int>& c) {
    for (int n : c) out.send(n);
    wg->done();
  };
  wg->add(static_cast<int>(cs.size()));
  for (const auto& c : cs) heddle::go(heddle::named("output"), output, c);
  heddle::go(heddle::named("closer"), [wg, out] {
    wg->wait();
    out.close();
  });
  return out;
}

void fan_out_and_in(int n) {
  const heddle::recv_chan<int> in = producer(n);
  // Fanning out.
  const heddle::recv_chan<int> c1 = consumer(in);
  const heddle::recv_chan<int> c2 = consumer(in);
  // Fanning in.
  std::vector<int> results;
  for (int result : merge({c1, c2})) {
    results.push_back(result);
    heddle::sleep_for(50ms);
  }
  std::ranges::sort(results);
  std::vector<int> squares;
  for (int i = 0; i < n; ++i) squares.push_back(i * i);
  heddle::check(results == squares, "every square arrives exactly once");
}

const heddle::model ten{
    "tour/fan_in",
    heddle::expected::passed,
    "Ten numbers are shared by two consumers, whose squares are merged into one channel; every one "
    "arrives exactly once. Each number may go either way and overtake others, far too many traces "
    "to wait for, so the search is bounded; tour/fan_in_small exhausts the same structure.",
    [] { fan_out_and_in(10); },
    {.time = "", .strategy = "", .max_executions = 2000}};

const heddle::model three{
    "tour/fan_in_small", heddle::expected::verified,
    "The same program with three numbers instead of ten. Whichever consumer takes which, all "
    "arrive, and every channel is closed once its senders are done.",
    [] { fan_out_and_in(3); }};

}  // namespace
