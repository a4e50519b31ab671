#include "fifo_run_queue.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

using heddle::readied;
using heddle::run_queue;
using heddle::runnable;
using heddle::performance::fifo_run_queue;

TEST_CASE("what was pushed first comes out first, whatever made it ready") {
  fifo_run_queue queue;
  runnable a, b, c;
  REQUIRE(queue.pop() == nullptr);
  queue.push(a, readied::yielded);
  queue.push(b, readied::woken);
  REQUIRE(queue.pop() == &a);
  queue.push(c, readied::spawned);
  queue.push(a, readied::woken);
  REQUIRE(queue.pop() == &b);
  REQUIRE(queue.pop() == &c);
  REQUIRE(queue.pop() == &a);
  REQUIRE(queue.pop() == nullptr);
}

TEST_CASE("a notification that came before the sleep ends it") {
  fifo_run_queue queue;
  queue.notify();
  queue.sleep_until(run_queue::time_point::max());
  SUCCEED();
}

TEST_CASE("a notification of another thread ends the sleep") {
  fifo_run_queue queue;
  std::thread other([&] { queue.notify(); });
  queue.sleep_until(run_queue::time_point::max());
  other.join();
  SUCCEED();
}

TEST_CASE("a sleep without a notification lasts until its deadline") {
  fifo_run_queue queue;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
  queue.sleep_until(deadline);
  REQUIRE(std::chrono::steady_clock::now() >= deadline);
}
