// Programs without annotations, compiled for checking: races where there are some, none where there
// are none.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/heddle_command.hpp"

#ifdef HEDDLE_UNANNOTATED  // a build with a sanitizer has its hooks instead of Heddle's

using nlohmann::json;

namespace {

json report_of(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {program, "check"});
  arguments.insert(arguments.end(), {"--json", "-"});
  const command_outcome o = run_program(arguments);
  INFO(o.errors);
  return json::parse(o.output);
}

}  // namespace

TEST_CASE("unannotated programs are found to be what they declare, optimised and not",
          "[instrument]") {
  const std::string program = GENERATE(HEDDLE_UNANNOTATED, HEDDLE_UNANNOTATED_DEBUG);
  const json report = report_of(program, {});
  CHECK(report.at("exit_status") == 0);
  CHECK(report.at("models").size() == 25);
  int races = 0;
  for (const json& m : report.at("models")) {
    INFO(m);
    CHECK(m.at("as_expected") == true);
    races += m.at("kind") == "race";
  }
  CHECK(races == 7);
}

TEST_CASE("they are found so by a search that is divided, and by samplers", "[instrument]") {
  const json divided = report_of(HEDDLE_UNANNOTATED, {"--jobs", "2"});
  CHECK(divided.at("exit_status") == 0);
  const json sampled = report_of(HEDDLE_UNANNOTATED, {"--strategy", "random", "--max-executions", "200"});
  for (const json& m : sampled.at("models")) {
    INFO(m);
    CHECK((m.at("verdict") == "passed") == (m.at("expected") == "verified"));
  }
}

TEST_CASE("a race in unannotated memory names lines and the calls that led there", "[instrument]") {
  const json report = report_of(HEDDLE_UNANNOTATED_DEBUG, {"unannotated/double_checked"});
  const json& failure = report.at("models").at(0).at("failure");
  const json& race = failure.at("race");
  for (const char* side : {"first", "second"}) {
    INFO(race);
    CHECK(race.at(side).at("at").get<std::string>().starts_with("unannotated/races.cpp:"));
    REQUIRE(race.at(side).at("calls").size() >= 2);
    CHECK(race.at(side).at("calls").at(0).get<std::string>().find("timeout_of(") !=
          std::string::npos);
  }
  const command_outcome again =
      run_program({HEDDLE_UNANNOTATED_DEBUG, "replay", "unannotated/double_checked", "--schedule",
                   failure.at("schedule")});
  CHECK(again.status == 1);
  CHECK(again.output.find("nothing orders the ") != std::string::npos);
}

TEST_CASE("an atomic operation that asks for a weaker order is told once", "[instrument]") {
  const json report = report_of(HEDDLE_UNANNOTATED, {"unannotated/published_by_atomic"});
  const json& warnings = report.at("models").at(0).at("warnings");
  REQUIRE(warnings.size() == 1);
  CHECK(warnings.at(0).at("kind") == "memory order");
  CHECK(warnings.at(0).at("places").at(0).get<std::string>().starts_with("unannotated/repairs.cpp:"));
}

TEST_CASE("a source file is compiled for checking, unless told otherwise", "[instrument]") {
  const scratch_directory place;
  write_file(place.path() + "/mine.cpp", R"(#include <heddle/heddle.hpp>
#include <memory>
const heddle::model mine{"my/counter", heddle::expected::race, "Counts.", [] {
  auto n = std::make_shared<int>(0);
  heddle::go([n] { ++*n; });
  ++*n;
}};
)");
  const command_outcome seen = heddle_command({"check", "--target", "mine.cpp"}, place.path());
  INFO(seen.output << seen.errors);
  CHECK(seen.status == 0);
  CHECK(seen.output.find("failed: race") != std::string::npos);
  const std::size_t accesses = seen.output.find("nothing orders the ");
  REQUIRE(accesses != std::string::npos);  // both by their lines in the source that was given
  const std::string sentence = seen.output.substr(accesses, seen.output.find('\n', accesses) - accesses);
  CHECK(sentence.find("mine.cpp:5") != std::string::npos);
  CHECK(sentence.find("mine.cpp:6") != std::string::npos);
  const command_outcome unseen =
      heddle_command({"check", "--target", "mine.cpp", "--no-instrument"}, place.path());
  CHECK(unseen.status == 1);
  CHECK(unseen.output.find("verified; expected race") != std::string::npos);
  CHECK(unseen.output.find("looked for in heddle::var alone") != std::string::npos);
  CHECK(seen.output.find("looked for in heddle::var alone") == std::string::npos);
}

TEST_CASE("copies of a known size are accesses, made by name or by the library", "[instrument]") {
  const scratch_directory place;
  write_file(place.path() + "/mine.cpp", R"(#include <algorithm>
#include <array>
#include <cstring>
#include <heddle/heddle.hpp>
#include <memory>
using numbers = std::array<long, 8>;
template <class F>
void beside_a_write(F f) {
  auto shared = std::make_shared<numbers>();
  heddle::go([shared] { (*shared)[5] = 1; });
  numbers mine{};
  f(mine, *shared);
}
const heddle::model by_name{"my/by_name", heddle::expected::race, "Copies.", [] {
  beside_a_write([](numbers& to, numbers& from) { std::memcpy(&to, &from, sizeof to); });
}};
const heddle::model moved{"my/moved", heddle::expected::race, "Moves.", [] {
  beside_a_write([](numbers& to, numbers& from) { std::memmove(&to, &from, sizeof to); });
}};
const heddle::model set{"my/set", heddle::expected::race, "Sets.", [] {
  beside_a_write([](numbers&, numbers& all) { std::memset(&all, 0, sizeof all); });
}};
const heddle::model filled{"my/filled", heddle::expected::race, "Fills.", [] {
  beside_a_write([](numbers&, numbers& all) {
    char* bytes = reinterpret_cast<char*>(all.data());
    std::fill(bytes, bytes + sizeof all, 'x');
  });
}};
)");
  const command_outcome seen = heddle_command({"check", "--target", "mine.cpp"}, place.path());
  INFO(seen.output << seen.errors);
  CHECK(seen.status == 0);
  CHECK(seen.output.find("4 models: 4 as expected") != std::string::npos);
}

TEST_CASE("a race names the line that used its own bytes, not their neighbours'", "[instrument]") {
  const scratch_directory place;
  write_file(place.path() + "/mine.cpp", R"(#include <heddle/heddle.hpp>
#include <memory>
struct both { int a = 0; int b = 0; };
const heddle::model mine{"my/neighbours", heddle::expected::race, "Reads one of two.", [] {
  auto s = std::make_shared<both>();
  heddle::go([s] { heddle::check(s->a != 7); });
  s->a = 1;
  s->b = 2;
}};
)");
  const command_outcome seen = heddle_command({"check", "--target", "mine.cpp"}, place.path());
  INFO(seen.output << seen.errors);
  CHECK(seen.status == 0);
  CHECK(seen.output.find("mine.cpp:7") != std::string::npos);
  CHECK(seen.output.find("mine.cpp:8") == std::string::npos);
}

TEST_CASE("what the library's own functions do to maps and lists is seen", "[instrument]") {
  const scratch_directory place;
  write_file(place.path() + "/mine.cpp", R"(#include <heddle/heddle.hpp>
#include <list>
#include <map>
#include <memory>
#include <mutex>
template <class C, class Write, class Read>
void both(Write write, Read read) {
  auto c = std::make_shared<C>();
  write(*c, 1);
  heddle::go([c, write] { write(*c, 2); });
  read(*c);
}
using numbers = std::map<int, int>;
const heddle::model found{"my/found", heddle::expected::race, "Inserts and finds.", [] {
  both<numbers>([](numbers& m, int n) { m.emplace(n, n); },
                [](numbers& m) { heddle::check(m.find(3) == m.end()); });
}};
const heddle::model walked{"my/walked", heddle::expected::race, "Inserts and walks.", [] {
  both<numbers>([](numbers& m, int n) { m.emplace(n, n); },
                [](numbers& m) { heddle::check(std::next(m.begin()) != m.begin()); });
}};
const heddle::model erased{"my/erased", heddle::expected::race, "Erases and finds.", [] {
  both<numbers>([](numbers& m, int n) { n == 1 ? m = {{1, 1}, {2, 2}} : (m.erase(2), m); },
                [](numbers& m) { heddle::check(m.find(3) == m.end()); });
}};
const heddle::model listed{"my/listed", heddle::expected::race, "Appends and walks.", [] {
  both<std::list<int>>([](std::list<int>& l, int n) { l.push_back(n); },
                       [](std::list<int>& l) { for (int n : l) heddle::check(n != 3); });
}};
const heddle::model locked{"my/locked", heddle::expected::verified, "Does it in turn.", [] {
  struct { heddle::mutex m; numbers map; std::list<int> list; heddle::wait_group done; } s;
  for (int i = 0; i < 2; ++i)
    s.done.go([&s, i] {
      const std::lock_guard hold(s.m);
      s.map[i] = 1;
      s.list.push_front(i);
      s.map.erase(0);
      s.list.splice(s.list.begin(), std::list<int>{3, 4});
      s.list.pop_back();
    });
  s.done.wait();
  heddle::check(s.map.size() + s.list.size() >= 4);
}};
const heddle::model apart{"my/apart", heddle::expected::verified, "Writes two values.", [] {
  numbers map{{0, 0}, {1, 1}, {2, 2}};
  heddle::wait_group done;
  for (int i = 0; i < 2; ++i)
    done.go([&map, i] { ++map.at(i); });
  done.wait();
}};
)");
  const command_outcome seen = heddle_command({"check", "--target", "mine.cpp"}, place.path());
  INFO(seen.output << seen.errors);
  CHECK(seen.status == 0);
  CHECK(seen.output.find("6 models: 6 as expected") != std::string::npos);
}

TEST_CASE("a program that was stripped is refused in one sentence", "[instrument]") {
  const scratch_directory place;
  const std::string program = place.path() + "/stripped";
  const command_outcome made = run_program({"/usr/bin/strip", "-o", program, HEDDLE_UNANNOTATED});
  REQUIRE(made.status == 0);
  for (const std::vector<std::string>& asked :
       {std::vector<std::string>{"check"}, {"replay", "unannotated/counter", "--seed", "1"}}) {
    std::vector<std::string> words{program};
    words.insert(words.end(), asked.begin(), asked.end());
    const command_outcome o = run_program(words);
    INFO(o.output << o.errors);
    CHECK(o.status == 2);
    CHECK(o.output.empty());
    CHECK(count_lines(o.errors) == 1);
    CHECK(o.errors.find("stripped") != std::string::npos);
  }
  CHECK(run_program({program, "run", "unannotated/counter_locked"}).status == 0);
}

TEST_CASE("in a program that was stripped the checker refuses a direct call as well", "[instrument]") {
  const scratch_directory place;
  const std::string program = place.path() + "/stripped";
  REQUIRE(run_program({"/usr/bin/strip", "-o", program, HEDDLE_DIRECT_CHECK}).status == 0);
  for (const char* function : {"check", "estimate", "replay_seed"}) {
    const command_outcome o = run_program({program, function});
    INFO(function << ": " << o.output << o.errors);
    CHECK(o.status == 3);
    CHECK(count_lines(o.output) == 1);
    CHECK(o.output.starts_with("refused: this program was compiled for checking and then stripped"));
  }
  CHECK(run_program({HEDDLE_DIRECT_CHECK}).output == "failed\n");
}

TEST_CASE("what is compiled for checking runs at speed as well", "[instrument]") {
  for (const char* model : {"unannotated/counter_locked", "unannotated/atomics",
                            "unannotated/copy_on_write", "unannotated/singleflight"}) {
    const command_outcome o = run_program({HEDDLE_UNANNOTATED, "run", model});
    INFO(model << o.output << o.errors);
    CHECK(o.status == 0);
  }
}

#endif
