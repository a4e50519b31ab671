// The models whose number of traces is known: all but the large ones reach it, none twice.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "heddle_command.hpp"

using nlohmann::json;

namespace {

// The report of `heddle check`, exploring on after a failure.
json counted(std::vector<std::string> filters) {
  filters.insert(filters.begin(), {"check", "--keep-going", "--json", "-"});
  const command_outcome o = heddle_command(filters);
  INFO(o.errors);
  REQUIRE(!o.output.empty());
  return json::parse(o.output).at("models");
}

// The golden models that `heddle list` does not mark as large.
std::vector<std::string> quick_models() {
  std::istringstream lines(heddle_command({"list", "golden"}).output);
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);)
    if (line.find("[large]") == std::string::npos) names.push_back(line.substr(0, line.find(' ')));
  return names;
}

}  // namespace

TEST_CASE("the golden models are explored by the declared number of traces, none twice",
          "[golden]") {
  const std::vector<std::string> names = quick_models();
  REQUIRE(names.size() >= 46);
  const json models = counted(names);
  REQUIRE(models.size() == names.size());
  for (const json& m : models) {
    INFO(m.at("name") << " in " << m.at("explored") << " executions");
    CHECK(m.at("as_expected") == true);
    CHECK(m.at("complete") == true);
    CHECK(m.at("redundant") == 0);
  }
}

TEST_CASE("n philosophers have 2^n - 1 traces, and exactly one is reported as a deadlock",
          "[golden]") {
  for (const int n : {3, 4, 5, 6, 7, 8, 9, 10, 12}) {
    const json m = counted({"golden/philosophers_" + std::to_string(n)}).at(0);
    INFO(n << " philosophers");
    CHECK(m.at("explored") == (1 << n) - 1);
    CHECK(m.at("redundant") == 0);
    CHECK(m.at("blocked") == 1);
    CHECK(m.at("kind") == "deadlock");
    CHECK(!m.contains("failures"));  // no other kind beside it
    CHECK(m.at("failure").at("times") == 1);
    CHECK(m.at("failure").at("goroutines").size() == static_cast<std::size_t>(n) + 1);
  }
}

TEST_CASE("three philosophers who eat twice have 106 traces, of which 16 are deadlocks",
          "[golden]") {
  const json m = counted({"golden/philosophers_3x2"}).at(0);
  CHECK(m.at("explored") == 106);
  CHECK(m.at("redundant") == 0);
  CHECK(m.at("blocked") == 16);
  CHECK(m.at("failure").at("kind") == "deadlock");
  CHECK(m.at("failure").at("times") == 16);
}
