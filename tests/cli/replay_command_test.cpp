// Every failure that is printed comes back from what was printed.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "heddle_command.hpp"

using nlohmann::json;

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

json check(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "check");
  arguments.insert(arguments.end(), {"--json", "-", "--hang-timeout", "1s"});
  return json::parse(target_command(arguments).output);
}

void expect_failure(const json& model, const std::vector<std::string>& how) {
  std::vector<std::string> words{"replay", model.at("name"), "--hang-timeout", "1s"};
  words.insert(words.end(), how.begin(), how.end());
  std::string told;
  for (int time = 0; time < 2; ++time) {
    const command_outcome o = target_command(words);
    INFO(model.at("name") << ": " << o.output << o.errors);
    CHECK(o.status == 1);
    const std::string line = first_line(o.output);
    CHECK(line.find(model.at("failure").at("message").get<std::string>()) != std::string::npos);
    if (time == 1) CHECK(o.output == told);
    told = o.output;
  }
}

}  // namespace

TEST_CASE("each failure replays from its schedule, twice", "[cli]") {
  const json report = check({"bad"});
  CHECK(report.at("models").size() == 10);
  for (const json& m : report.at("models"))
    expect_failure(m, {"--schedule", m.at("failure").at("schedule")});
}

TEST_CASE("each sampled failure replays from its seed, twice", "[cli]") {
  const std::string strategy = GENERATE("random", "pct", "pos", "surw");
  const json report = check({"bad/deadlock", "bad/leak", "bad/panic", "bad/assertion", "bad/misuse",
                             "--strategy", strategy, "--seed", "3"});
  for (const json& m : report.at("models")) {
    INFO(strategy << ": " << m);
    REQUIRE(m.at("verdict") == "failed");
    expect_failure(m, {"--seed", std::to_string(m.at("failure").at("seed").get<std::uint64_t>()),
                       "--strategy", strategy});
    expect_failure(m, {"--schedule", m.at("failure").at("schedule")});
  }
}

TEST_CASE("the command that is printed for a seed names what the seed needs", "[cli]") {
  const auto printed = [](const std::vector<std::string>& arguments) {
    return target_command(arguments).output;
  };
  const std::string pct =
      printed({"check", "bad/deadlock", "--strategy", "pct", "--pct-depth", "2", "--seed", "4"});
  CHECK(pct.find(" --strategy pct --pct-depth 2") != std::string::npos);
  // A model that asks for a strategy is replayed by it without being told.
  const json m = check({"wish/sampled"}).at("models").at(0);
  CHECK(m.at("strategy") == "surw");
  expect_failure(m, {"--seed", std::to_string(m.at("failure").at("seed").get<std::uint64_t>())});
}

TEST_CASE("a schedule is taken from a report", "[cli]") {
  const scratch_directory place;
  const std::string file = place.path() + "/report.json";
  CHECK(target_command({"check", "bad/leak", "--json", file}).status == 0);
  const json report = json::parse(read_file(file));
  expect_failure(report.at("models").at(0), {"--file", file});
}

TEST_CASE("a schedule that does not fit is one sentence and exit status 2", "[cli]") {
  const std::string leak = check({"bad/leak"})["models"][0]["failure"]["schedule"];
  std::string damaged = leak;
  damaged[8] = damaged[8] == 'A' ? 'B' : 'A';
  const std::vector<std::vector<std::string>> cases{
      {"bad/deadlock", leak, "another model"},
      {"bad/leak", leak.substr(0, leak.size() - 3), "damaged"},
      {"bad/leak", damaged, "damaged"},
      {"bad/leak", leak + "AA", "damaged"}};
  for (const auto& one : cases) {
    const command_outcome o = target_command({"replay", one[0], "--schedule", one[1]});
    INFO(one[1] << ": " << o.output << o.errors);
    CHECK(o.status == 2);
    CHECK(o.output.empty());
    CHECK(count_lines(o.errors) == 1);
    CHECK(o.errors.find(one[2]) != std::string::npos);
  }
}

TEST_CASE("a program changed meanwhile is refused, naming the step", "[cli]") {
  const scratch_directory place;
  const auto write_program = [&](const char* what_is_new) {
    write_file(place.path() + "/mine.cpp",
               "#include \"heddle/heddle.hpp\"\n"
               "const heddle::model mine{\"my/leak\", heddle::expected::leak, \"\", [] {\n"
               "  auto c = heddle::make_chan<int>();\n" +
                   std::string(what_is_new) +
                   "  heddle::go([=] { c.send(1); }); heddle::go([=] { c.send(2); });\n"
                   "  c.recv(); }};\n");
  };
  write_program("\n");
  REQUIRE(
      heddle_command({"check", "--target", "mine.cpp", "--json", "r.json"}, place.path()).status ==
      0);
  const std::vector<std::string> again{"replay",   "my/leak", "--target",
                                       "mine.cpp", "--file",  "r.json"};
  CHECK(heddle_command(again, place.path()).status == 1);
  write_program("  c.len();\n");
  const command_outcome o = heddle_command(again, place.path());
  INFO(o.output << o.errors);
  CHECK(o.status == 2);
  CHECK(count_lines(o.errors) == 1);
  CHECK(o.errors.find("step ") != std::string::npos);
}

TEST_CASE("an execution in which nothing goes wrong is told, with exit status 0", "[cli]") {
  const command_outcome o = target_command({"replay", "ok/handshake", "--seed", "1"});
  CHECK(o.status == 0);
  CHECK(o.output.find("send on channel") != std::string::npos);
}

TEST_CASE("run runs a model at speed", "[cli]") {
  CHECK(target_command({"run", "ok/handshake"}).status == 0);
}
