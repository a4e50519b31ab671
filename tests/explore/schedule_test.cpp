#include "schedule.hpp"

#include <catch2/catch.hpp>

using heddle::explore::bad_schedule;
using heddle::explore::parse_schedule;
using heddle::explore::schedule;
using heddle::explore::to_text;

namespace {

schedule sample() {
  schedule s;
  s.program = heddle::explore::program_hash("tour/fan_in");
  s.choices = {{0, 7}, {1, 255}, {300, 0}};
  s.steps = 12;
  s.fingerprint = 0xdeadbeef;
  return s;
}

}  // namespace

TEST_CASE("a schedule survives being written and read", "[schedule]") {
  schedule s = sample();
  CHECK(parse_schedule(to_text(s)) == s);
  s.idle_time = true;
  s.partial = true;
  s.step_bound = 20000;
  s.steps = 40000;
  CHECK(parse_schedule(to_text(s)) == s);
  CHECK(parse_schedule(to_text(schedule{})) == schedule{});
  for (std::uint32_t n = 0; n < 20; ++n) {  // every length modulo base64's group
    s.choices.push_back({n, static_cast<std::uint8_t>(n)});
    CHECK(parse_schedule(to_text(s)) == s);
  }
}

TEST_CASE("a schedule is one word of letters, digits, dash and underscore", "[schedule]") {
  const std::string text = to_text(sample());
  CHECK(text.starts_with("h1."));
  CHECK(
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
      std::string::npos);
}

TEST_CASE("every single damaged character is noticed", "[schedule]") {
  const std::string text = to_text(sample());
  for (std::size_t i = 3; i < text.size(); ++i) {
    for (char c : {'A', 'z', '0', '_', ' ', '!'}) {
      if (text[i] == c) continue;
      std::string damaged = text;
      damaged[i] = c;
      CHECK_THROWS_AS(parse_schedule(damaged), bad_schedule);
    }
  }
}

TEST_CASE("every truncation and every addition is noticed", "[schedule]") {
  const std::string text = to_text(sample());
  for (std::size_t length = 0; length < text.size(); ++length)
    CHECK_THROWS_AS(parse_schedule(text.substr(0, length)), bad_schedule);
  for (const char* more : {"A", "AA", "AAA", "AAAA", "="})
    CHECK_THROWS_AS(parse_schedule(text + more), bad_schedule);
}
