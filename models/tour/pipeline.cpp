// The tour's pipeline: stages that receive from upstream, compute, and send downstream.
#include <initializer_list>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"

namespace {

heddle::recv_chan<int> gen(std::initializer_list<int> nums) {
  const heddle::chan<int> out = heddle::make_chan<int>();
  heddle::go(heddle::named("gen"), [out, nums = std::vector<int>(nums)] {
    for (int n : nums) out.send(n);
    out.close();
  });
  return out;
}

heddle::recv_chan<int> sq(const heddle::recv_chan<int>& in) {
  const heddle::chan<int> out = heddle::make_chan<int>();
  heddle::go(heddle::named("sq"), [in, out] {
    for (int n : in) out.send(n * n);
    out.close();
  });
  return out;
}

const heddle::model pipeline{
    "tour/pipeline",
    heddle::expected::verified,
    "Numbers flow through a stage that squares them, and the closing flows after them. With one "
    "sender and one receiver per channel there is nothing to choose: one trace.",
    [] {
      std::vector<int> squares;
      for (int n : sq(gen({2, 3, 4, 5}))) squares.push_back(n);
      heddle::check(squares == std::vector<int>{4, 9, 16, 25}, "the squares come in order");
    },
    {.time = "", .strategy = "", .count = 1}};

}  // namespace
