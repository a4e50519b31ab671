// The oracle's programs: the same verdicts, final states and stuck sets, and exactly as many
// executions as there are traces.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "program.hpp"
#include "reverse_search.hpp"

namespace {

using namespace heddle::oracle;
namespace explore = heddle::explore;

nlohmann::json programs(const char* name = "/programs.json") {
  std::ifstream file(std::string(HEDDLE_ORACLE_PROGRAMS) + name);
  REQUIRE(file.good());
  return nlohmann::json::parse(file).at("programs");
}

// The oracle's reader-writer locks do not let a waiting writer hold back readers.
bool counts_differ_by_meaning(const nlohmann::json& d) {
  return d.at("name").get<std::string>().starts_with("rwlock") ||
         d.at("expected").at("finest").at("panic") > 0;
}

// Programs whose plain accesses race: Heddle does not schedule those.
bool has_races(const nlohmann::json& d) {
  return d.at("expected").contains("races") && !d.at("expected").at("races").empty();
}

void compare(const program& p, const exploration& found, const nlohmann::json& finest) {
  CHECK(found.exhausted);
  CHECK((found.stuck > 0) == (finest.at("stuck") > 0));
  CHECK((found.panicked > 0) == (finest.at("panic") > 0));
  CHECK((found.assert_failed > 0) == (finest.at("assert_failed") > 0));
  if (has_races(p.description())) return;
  CHECK(found.final_states.size() == finest.at("final_states"));
  if (counts_differ_by_meaning(p.description())) return;
  CHECK(found.stuck_states.size() == finest.at("stuck_states"));
  CHECK(found.redundant == 0);
  CHECK(found.explored == finest.at("traces"));
  CHECK(found.stuck == finest.at("stuck"));
  CHECK(found.stuck_sets.size() == finest.at("stuck_sets").size());
  for (const nlohmann::json& set : finest.at("stuck_sets")) {
    std::string blocked;
    for (const auto& [thread, where] : set.at("blocked").items())
      blocked += thread + ":" + where.get<std::string>() + ";";
    INFO("stuck: " << blocked);
    const auto same = found.stuck_sets.find(blocked);
    REQUIRE(same != found.stuck_sets.end());
    CHECK(same->second == set.at("traces"));
  }
}

}  // namespace

TEST_CASE("dpor explores every trace of the oracle's programs exactly once", "[oracle]") {
  const nlohmann::json all = programs();
  REQUIRE(all.size() == 110);
  for (const nlohmann::json& d : all) {
    const program p(d);
    INFO(p.name());
    const exploration found = explore_program(p, "dpor");
    compare(p, found, d.at("expected").at("finest"));
    if (!counts_differ_by_meaning(d))
      CHECK(found.explored <= d.at("expected").at("coarse").at("traces").get<std::uint64_t>());
  }
}

TEST_CASE("dpor explores every trace of random programs exactly once", "[oracle]") {
  const nlohmann::json all = programs("/random_programs.json");
  REQUIRE(all.size() == 1000);
  std::uint64_t traces = 0;
  for (const nlohmann::json& d : all) {
    const program p(d);
    INFO(p.name());
    const exploration found = explore_program(p, "dpor");
    compare(p, found, d.at("expected").at("finest"));
    traces += found.explored;
  }
  CHECK(traces > 20000);
}

TEST_CASE("reverse search explores every trace of the oracle's programs exactly once",
          "[oracle]") {
  std::uint64_t traces = 0;
  for (const char* file : {"/programs.json", "/random_programs.json"}) {
    const nlohmann::json all = programs(file);
    for (const nlohmann::json& d : all) {
      const program p(d);
      INFO(p.name());
      explore::reverse_search search;
      const exploration found = explore_program(p, search);
      compare(p, found, d.at("expected").at("finest"));
      traces += found.explored;
    }
  }
  CHECK(traces > 20000);
}

// The value that a racing read sees depends on the order of plain accesses, which are not scheduled;
// where it decides what is done next, only the races that come first are sure to be seen.
TEST_CASE("the races of the oracle's programs are those that the oracle found", "[oracle][race]") {
  int racy = 0;
  for (const nlohmann::json& d : programs()) {
    const program p(d);
    if (!p.has_plain()) continue;
    INFO(p.name());
    std::set<std::string> declared;
    for (const nlohmann::json& r : d.at("expected").at("races"))
      declared.insert(r.at("a").get<std::string>() + " " + r.at("b").get<std::string>());
    const exploration found = explore_program(p, "dpor");
    CHECK(found.races.empty() == declared.empty());
    CHECK(std::ranges::includes(declared, found.races));
    if (p.name() != "race_flag_guard_plain") CHECK(found.races == declared);
    racy += !declared.empty();
  }
  CHECK(racy == 3);
}

TEST_CASE("naive reaches the same states as dpor on the oracle's smaller programs", "[oracle]") {
  for (const nlohmann::json& d : programs()) {
    const auto& interleavings = d.at("expected").at("interleavings");
    if (interleavings.is_null() || interleavings > 3000 || has_races(d)) continue;
    const program p(d);
    INFO(p.name());
    const exploration all = explore_program(p, "naive", 20000);
    const exploration once = explore_program(p, "dpor");
    if (!all.exhausted) continue;  // waiting writers add interleavings
    CHECK(once.all_states == all.all_states);
  }
}

TEST_CASE("a sampling strategy meets only states that dpor meets too", "[oracle]") {
  for (const nlohmann::json& d : programs()) {
    if (has_races(d)) continue;
    const program p(d);
    INFO(p.name());
    const exploration once = explore_program(p, "dpor");
    for (const char* strategy : {"random", "pct", "pos", "surw"})
      for (const std::string& state : explore_program(p, strategy, 50).all_states) {
        INFO(strategy << ": " << state);
        CHECK(once.all_states.count(state) == 1);
      }
  }
}
