// check: verdicts, exit statuses, the JSON report, and models that take their process with them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "heddle_command.hpp"

using nlohmann::json;

namespace {

constexpr const char* hang = "--hang-timeout";

json report_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "check");
  arguments.insert(arguments.end(), {"--json", "-", hang, "1s"});
  const command_outcome o = target_command(arguments);
  json report = json::parse(o.output);
  REQUIRE(report.at("exit_status") == o.status);
  return report;
}

const json& model_of(const json& report, const std::string& name) {
  for (const json& m : report.at("models"))
    if (m.at("name") == name) return m;
  FAIL("no model " << name);
  return report;
}

}  // namespace

TEST_CASE("each model of a user's program gets its verdict, whatever the others do", "[cli]") {
  const json report = report_of({"--jobs", "2"});
  CHECK(report.at("schema_version") == 1);
  CHECK(report.at("exit_status") == 1);
  CHECK(report.at("models").size() == 19);
  const std::vector<std::array<const char*, 3>> expected{
      {"ok/handshake", "verified", nullptr},
      {"ok/large", "verified", nullptr},
      {"ok/ticks", "verified", nullptr},
      {"bad/deadlock", "failed", "deadlock"},
      {"bad/leak", "failed", "leak"},
      {"bad/panic", "failed", "panic"},
      {"bad/assertion", "failed", "assertion"},
      {"bad/misuse", "failed", "misuse"},
      {"bad/race", "failed", "race"},
      {"bad/livelock", "failed", "livelock"},
      {"bad/crash", "failed", "crash"},
      {"bad/exit", "failed", "crash"},
      {"late/crash", "failed", "crash"},
      {"bad/hang", "failed", "livelock"},
      {"wish/sampled", "failed", "assertion"},
      {"wrong/clean", "verified", nullptr},
      {"count/verified", "verified", nullptr},
      {"count/stuck", "failed", "leak"},
      {"error/nondeterministic", "error", "nondeterministic"}};
  for (const auto& [name, verdict, kind] : expected) {
    INFO(name);
    const json& m = model_of(report, name);
    CHECK(m.at("verdict") == verdict);
    CHECK(m.at("kind") == (kind == nullptr ? json() : json(kind)));
    CHECK(m.at("as_expected") ==
          (std::set<std::string>{"wrong/clean", "error/nondeterministic", "count/verified"}.count(
               name) == 0));
  }
}

TEST_CASE("the JSON report tells how much memory a search took, also one that crashed", "[cli]") {
  const json report = report_of({"ok/handshake", "bad/crash"});
  for (const json& m : report.at("models")) CHECK(m.at("peak_memory_mb").get<double>() > 1);
}

TEST_CASE("the JSON report holds every field of the contract", "[cli]") {
  const json report = report_of({"bad/deadlock"});
  const json& m = report.at("models").at(0);
  for (const char* field :
       {"name", "expected", "as_expected", "verdict", "kind", "complete", "stopped_by", "strategy",
        "seed", "explored", "blocked", "redundant", "seconds", "peak_memory_mb", "failure"})
    CHECK(m.contains(field));
  CHECK(m.at("stopped_by") == "failure");
  CHECK(m.at("seed").is_null());
  const json& failure = m.at("failure");
  CHECK(failure.at("message") == "all goroutines are asleep - deadlock! 3 goroutines are blocked");
  CHECK(failure.at("schedule").get<std::string>().starts_with("h1."));
  REQUIRE(failure.at("goroutines").size() == 3);
  const json& ab = failure.at("goroutines").at(1);
  CHECK(ab.at("name") == "ab");
  CHECK(ab.at("state") == "blocked");
  CHECK(ab.at("created_at").get<std::string>().starts_with("cli/target_models.cpp:"));
  CHECK(ab.at("waits_for").get<std::string>().starts_with("lock mutex 2 of main (cli/"));
  CHECK(ab.at("at").get<std::string>().starts_with("cli/target_models.cpp:"));
  CHECK(ab.at("held_by") == "ba");
}

TEST_CASE("exit statuses tell what was found", "[cli]") {
  CHECK(target_command({"check", "ok", "bad/leak"}).status == 0);
  CHECK(target_command({"check", "wrong/clean"}).status == 1);
  CHECK(target_command({"check", "error"}).status == 1);
  CHECK(target_command({"check", "ok/large", "--max-executions", "3"}).status == 3);
  CHECK(
      target_command({"check", "ok/large", "--max-executions", "3", "--allow-incomplete"}).status ==
      0);
  CHECK(target_command({"check", "ok/large", "--strategy", "random"}).status == 0);
  CHECK(target_command({"check", "bad/crash", "--max-executions", "1"}).status == 1);
}

TEST_CASE("a search that was cut is passed and says why", "[cli]") {
  const json report = report_of({"ok/large", "--max-executions", "3"});
  const json& m = report.at("models").at(0);
  CHECK(m.at("verdict") == "passed");
  CHECK(m.at("complete") == false);
  CHECK(m.at("stopped_by") == "executions");
  CHECK(m.at("explored") == 3);
  const json sampled = report_of({"ok/large", "--strategy", "random", "--seed", "5"});
  CHECK(sampled.at("models").at(0).at("stopped_by") == "sampling");
  CHECK(sampled.at("models").at(0).at("seed") == 5);
}

TEST_CASE("filters are names, groups and globs", "[cli]") {
  CHECK(report_of({"bad/leak"}).at("models").size() == 1);
  CHECK(report_of({"ok"}).at("models").size() == 3);
  CHECK(report_of({"*/l*", "ok/large"}).at("models").size() == 3);  // one is named twice
  CHECK(count_lines(target_command({"list", "ok"}).output) == 3);
}

TEST_CASE("a large model is explored only where a filter names it", "[cli]") {
  for (const char* filter : {"only_named/adders", "only_named/add*"}) {
    const json report = report_of({filter});
    INFO(filter);
    REQUIRE(report.at("models").size() == 1);
    CHECK(report.at("models").at(0).at("explored") == 6);
  }
  const json divided = report_of({"--jobs", "2"});
  for (const json& m : divided.at("models"))
    CHECK_FALSE(m.at("name").get<std::string>().starts_with("only_named"));
  const command_outcome all = target_command({"check", hang, "1s"});
  CHECK(all.output.find("3 large models left out") != std::string::npos);
  const command_outcome named = target_command({"check", "ok", "only_named"});
  CHECK(named.output.find("left out") == std::string::npos);
  const command_outcome list = target_command({"list"});
  CHECK(list.output.find("[large] Is explored where") != std::string::npos);
}

TEST_CASE("a program whose models are all large asks for a name", "[cli]") {
  const scratch_directory place;
  write_file(place.path() + "/mine.cpp",
             "#include \"heddle/heddle.hpp\"\n"
             "const heddle::model mine{\"my/large\", heddle::expected::verified, \"\",\n"
             "  [] {}, {.large = true}};\n");
  const command_outcome o = heddle_command({"check", "--target", "mine.cpp"}, place.path());
  INFO(o.output << o.errors);
  CHECK(o.status == 2);
  CHECK(count_lines(o.errors) == 1);
  CHECK(heddle_command({"check", "my", "--target", "mine.cpp"}, place.path()).status == 0);
}

TEST_CASE("a wrong number of traces is not as expected, though nothing was found", "[cli]") {
  const json report = report_of({"count/verified"});
  const json& m = report.at("models").at(0);
  CHECK(m.at("verdict") == "verified");
  CHECK(m.at("complete") == true);
  CHECK(m.at("as_expected") == false);
  CHECK(report.at("exit_status") == 1);
  CHECK(target_command({"check", "count/verified"}).output.find("expected 5 traces, not 6") !=
        std::string::npos);
  // What another strategy explores, or a part of it, is not a number of traces.
  CHECK(target_command({"check", "count/verified", "--strategy", "naive"}).status == 0);
  CHECK(target_command({"check", "count/verified", "--max-executions", "4"}).status == 3);
}

TEST_CASE("the number of traces of a failing model is judged under keep-going", "[cli]") {
  CHECK(target_command({"check", "count/stuck"}).status == 0);
  const json report = report_of({"count/stuck", "--keep-going"});
  CHECK(report.at("models").at(0).at("kind") == "leak");
  CHECK(report.at("models").at(0).at("explored") == 2);
  CHECK(report.at("models").at(0).at("as_expected") == false);
}

TEST_CASE("a report is written whole, beside what was there", "[cli]") {
  const scratch_directory place;
  write_file(place.path() + "/f.json", "old");
  CHECK(target_command({"check", "ok/handshake", "--json", "f.json"}, place.path()).status == 0);
  CHECK(json::parse(read_file(place.path() + "/f.json")).at("exit_status") == 0);
  CHECK(place.entries() == 1);
}

TEST_CASE("keep-going lists each failure once", "[cli]") {
  const json report = report_of({"bad/leak", "--keep-going"});
  const json& m = report.at("models").at(0);
  CHECK(m.at("complete") == true);
  CHECK(m.at("failures").size() == 2);  // either sender may be left
}

TEST_CASE("a user's source is compiled and checked", "[cli]") {
  const scratch_directory place;
  write_file(place.path() + "/mine.cpp",
             "#include \"heddle/heddle.hpp\"\n"
             "const heddle::model mine{\"my/leak\", heddle::expected::leak, \"\",\n"
             "  [] { auto c = heddle::make_chan<int>(); heddle::go([=] { c.send(1); }); }};\n");
  const command_outcome o = heddle_command({"check", "--target", "mine.cpp"}, place.path());
  INFO(o.output << o.errors);
  CHECK(o.status == 0);
  CHECK(o.output.find("replay my/leak --target mine.cpp --schedule h1.") != std::string::npos);
  CHECK(place.entries() == 1);
  const command_outcome through = heddle_command({"list", "--target", HEDDLE_TARGET_MODELS});
  CHECK(through.output == target_command({"list"}).output);
}

TEST_CASE("a bound on preemptions that left something out is said, and cuts the search", "[cli]") {
  const auto check = [](const std::string& model, const std::string& most) {
    return heddle_command(
        {"check", "golden/" + model, "--preemptions", most, "--allow-incomplete", "--json", "-"});
  };
  // The counts are GenMC's: tests/correct/synthetic, expected.cb.in.
  const std::vector<std::pair<std::string, std::vector<int>>> expected{
      {"rw_3", {6, 24, 36}},
      {"binc_4", {24, 168, 432, 576}},
      {"casw_4", {24, 168, 576, 1056, 1200}},
      {"coa_4", {120, 708, 1608, 2028}},
      {"shared_ptr_100", {2, 206, 408, 410}}};
  for (const auto& [model, counts] : expected)
    for (std::size_t most = 0; most < counts.size(); ++most) {
      const json report = json::parse(check(model, std::to_string(most)).output);
      const json& m = report.at("models").at(0);
      const bool whole = most + 1 == counts.size();
      INFO(model << ", at most " << most);
      CHECK(m.at("explored") == counts[most]);
      CHECK(m.at("preemptions") == most);
      CHECK(m.at("complete") == whole);
      CHECK(m.at("verdict") == (whole ? "verified" : "passed"));
      if (!whole) CHECK(m.at("stopped_by") == "preemptions");
    }
  const auto cut = heddle_command({"check", "golden/rw_3", "--preemptions", "1"});
  CHECK(cut.status == 3);
  CHECK(cut.output.find("passed (bounded: 24 executions, at most 1 preemption each)") !=
        std::string::npos);
}

TEST_CASE("that tickers stop some time after main is said where it matters", "[cli]") {
  const json m = report_of({"ok/ticks"}).at("models").at(0);
  CHECK(m.at("verdict") == "verified");
  CHECK(m.at("alive") == json{"loop"});
  const command_outcome o = target_command({"check", "ok/ticks"});
  CHECK(o.output.find("could go on after main: loop\n") != std::string::npos);
  const std::string bound = "a ticker fires at most twice more than main waits for";
  CHECK(o.output.find(bound) != std::string::npos);
  CHECK(target_command({"check", "ok/handshake"}).output.find(bound) == std::string::npos);
}

TEST_CASE("count-traces tells distinct traces from executions", "[cli]") {
  const json counted = report_of({"ok/large", "--count-traces"}).at("models").at(0);
  CHECK(counted.at("distinct") == counted.at("explored"));
  CHECK(report_of({"ok/large"}).at("models").at(0).at("distinct").is_null());
  const command_outcome o =
      target_command({"check", "ok/handshake", "--strategy", "naive", "--count-traces"});
  CHECK(o.status == 0);
  CHECK(o.output.find(" distinct trace") != std::string::npos);
}

TEST_CASE("an estimate explores nothing and says how large the search is", "[cli]") {
  const json m = report_of({"ok/large", "--estimate"}).at("models").at(0);
  CHECK(m.at("as_expected") == false);  // nothing is known
  CHECK(m.at("explored") == 0);
  CHECK(m.at("stopped_by") == "estimate");
  const command_outcome told = target_command({"check", "ok/large", "--estimate"});
  CHECK(told.status == 0);
  CHECK(told.output.find("1 model not explored") != std::string::npos);
  CHECK(told.output.find("passed") == std::string::npos);
  CHECK(m.at("estimate").at("low") <= m.at("estimate").at("executions"));
  CHECK(m.at("estimate").at("executions") <= m.at("estimate").at("high"));
  CHECK(report_of({"ok/large"}).at("models").at(0).at("estimate").is_null());
  const json cut = report_of({"ok/large", "--max-executions", "3"}).at("models").at(0);
  CHECK(cut.at("estimate").at("executions") > 3);
}

TEST_CASE("auto exhausts what fits the budget and samples the rest", "[cli]") {
  const json all = report_of({"ok/large", "--strategy", "auto"}).at("models").at(0);
  CHECK(all.at("verdict") == "verified");
  CHECK(all.at("strategy") == "dpor");
  CHECK(all.at("chosen_by") == "auto");
  const json some =
      report_of({"ok/large", "--strategy", "auto", "--max-executions", "3"}).at("models").at(0);
  CHECK(some.at("verdict") == "passed");
  CHECK(some.at("strategy") == "portfolio");
  CHECK(some.at("chosen_by") == "auto");
  CHECK(report_of({"ok/large"}).at("models").at(0).at("chosen_by").is_null());
}

TEST_CASE("what a sampler found for auto is printed with its own command", "[cli]") {
  const command_outcome o = target_command(
      {"check", "wish/sampled", "--strategy", "auto", "--seed", "3", "--max-executions", "2"});
  CHECK(o.status == 0);
  CHECK(o.output.find(", auto: ") != std::string::npos);
  const std::size_t at = o.output.find(" --seed ");
  REQUIRE(at != std::string::npos);
  const std::string command = o.output.substr(at, o.output.find('\n', at) - at);
  CHECK(command.find(" --strategy ") != std::string::npos);
  CHECK(command.find("auto") == std::string::npos);
}
