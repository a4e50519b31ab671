// The goroutines of the tour: functions started with go, and a main that only hopes that it sleeps
// long enough for them. Sleeping is no synchronisation: what they print is checked by nobody,
// since main may not even look at it without a data race.
#include <chrono>
#include <memory>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/runtime.hpp"
#include "heddle/time.hpp"
#include "heddle/var.hpp"

namespace {

using namespace std::chrono_literals;

// What was printed last; shared by value, since its writer may outlive main.
using printed = std::shared_ptr<heddle::var<int>>;

void say_hello(const printed& line) { line->set(1); }

const heddle::model hello{
    "tour/hello", heddle::expected::verified,
    "A goroutine says hello while main sleeps for a second. On a slow machine main wakes first and "
    "the greeting comes after its end, which is lost output, but neither deadlock nor leak.",
    [] {
      const printed line = std::make_shared<heddle::var<int>>(0);
      heddle::go(heddle::named("say_hello"), say_hello, line);
      heddle::sleep_for(1s);  // wait for the say_hello goroutine to finish
    }};

void print_numbers(const printed& line) {
  for (int i = 1; i <= 5; ++i) {
    heddle::sleep_for(1s);
    heddle::check(line->get() == i - 1, "the numbers come in order");
    line->set(i);
  }
}

const heddle::model numbers{
    "tour/print_numbers", heddle::expected::verified,
    "A goroutine counts to five, one second each, while main sleeps for six. Main may wake after "
    "any of the numbers; the goroutine counts on and ends by itself.",
    [] {
      const printed line = std::make_shared<heddle::var<int>>(0);
      heddle::go(heddle::named("print_numbers"), print_numbers, line);  // launching the goroutine
      heddle::sleep_for(6s);                                            // waiting for it to finish
    }};

const heddle::model procs{
    "tour/max_procs",
    heddle::expected::verified,
    "GOMAXPROCS changes how many goroutines run at once, never what a program means. Two "
    "goroutines meet main on one channel, whatever the setting: two traces, one for each order.",
    [] {
      const int before = heddle::max_procs(4);
      const heddle::chan<int> meeting = heddle::make_chan<int>();
      for (int i = 1; i <= 2; ++i) heddle::go([meeting, i] { meeting.send(i); });
      const int sum = meeting.recv().value() + meeting.recv().value();
      heddle::check(sum == 3, "both goroutines were met");
      heddle::max_procs(before);
    },
    {.time = "", .strategy = "", .count = 2}};

}  // namespace
