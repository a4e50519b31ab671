// The house keeps its shape: who may include whom, and how large a file may grow. The rules are
// docs/architecture.md's; this test reads the sources and fails on the first line that breaks one.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root = HEDDLE_SOURCE_DIR;
constexpr std::size_t most_lines = 400;
constexpr std::size_t most_columns = 110;

struct source {
  std::string path;    // relative to the root
  std::string folder;  // "runtime/core", "checker/explore", ...
  std::vector<std::string> lines;
  std::vector<std::string> includes;  // as written between the brackets or quotes
};

std::vector<source> sources() {
  std::vector<source> all;
  for (const char* top : {"runtime", "checker", "models", "tests"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / top)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      source s;
      s.path = fs::relative(entry.path(), root).string();
      const std::size_t second = s.path.find('/', s.path.find('/') + 1);
      s.folder = s.path.substr(0, second);
      std::ifstream file(entry.path());
      static const std::regex include("^\\s*#include [<\"]([^>\"]+)[>\"]");
      for (std::string line; std::getline(file, line);) {
        std::smatch match;
        if (std::regex_search(line, match, include)) s.includes.push_back(match[1]);
        s.lines.push_back(line);
      }
      all.push_back(std::move(s));
    }
  }
  REQUIRE(all.size() > 50);
  return all;
}

// Where a header of ours lives, by its name; headers are unique by name within the private folders.
std::map<std::string, std::string> private_headers(const std::vector<source>& all) {
  std::map<std::string, std::string> where;
  for (const source& s : all)
    if (s.path.ends_with(".hpp") && s.folder != "runtime/include" && s.folder != "checker/include")
      where[fs::path(s.path).filename().string()] = s.folder;
  return where;
}

// The models of the runtime's own lock-free parts.
bool checks_own_parts(const source& s) { return s.folder == "models/runtime"; }

}  // namespace

TEST_CASE("a part includes only the parts below it", "[tidy]") {
  const std::map<std::string, std::set<std::string>> allowed = {
      {"runtime/include", {}},
      {"runtime/core", {"runtime/core"}},
      {"runtime/pool", {"runtime/pool", "runtime/core"}},
      {"checker/include", {}},
      {"checker/explore", {"checker/explore", "runtime/core"}},
      {"checker/strategies", {"checker/strategies", "checker/explore", "runtime/core"}},
      {"checker/instrument", {"checker/instrument", "checker/explore", "runtime/core"}},
      {"checker/detect",
       {"checker/detect", "checker/strategies", "checker/explore", "runtime/core"}},
      {"checker/report", {"checker/report", "checker/detect", "checker/explore"}},
      {"checker/cli",
       {"checker/cli", "checker/report", "checker/detect", "checker/strategies",
        "checker/explore"}},
      {"models", {}},
      {"models/runtime",
       {"models/runtime", "runtime/pool", "runtime/core"}},  // the lock-free parts, as they ship
  };
  const std::vector<source> all = sources();
  const auto where = private_headers(all);
  for (const source& s : all) {
    const std::string folder = checks_own_parts(s)              ? "models/runtime"
                               : s.folder.starts_with("models") ? "models"
                                                                : s.folder;
    const auto rule = allowed.find(folder);
    if (rule == allowed.end()) continue;
    for (const std::string& header : s.includes) {
      const auto found = where.find(fs::path(header).filename().string());
      if (header.starts_with("heddle/") || found == where.end()) continue;
      INFO(s.path << " includes " << header << " of " << found->second);
      CHECK(rule->second.count(found->second) == 1);
    }
  }
}

TEST_CASE("the runtime does not know the checker", "[tidy]") {
  for (const source& s : sources()) {
    if (!s.path.starts_with("runtime/")) continue;
    for (const std::string& header : s.includes) {
      INFO(s.path << " includes " << header);
      CHECK(!header.starts_with("heddle/check/"));
    }
  }
}

TEST_CASE("public headers and models include only the standard library and Heddle", "[tidy]") {
  for (const source& s : sources()) {
    if (s.folder != "runtime/include" && !s.folder.starts_with("models")) continue;
    if (checks_own_parts(s)) continue;
    for (const std::string& header : s.includes) {
      INFO(s.path << " includes " << header);
      CHECK((header.starts_with("heddle/") || header.find_first_of("./") == std::string::npos));
    }
  }
}

TEST_CASE("each third-party library stays in its place", "[tidy]") {
  const std::map<std::string, std::string> places = {
      {"boost/context", "runtime/core/context_switch.cpp"},
      {"valgrind/", "runtime/core/valgrind_stacks.cpp"},
      {"CLI/", "checker/cli/"},
      {"catch2/", "tests/"},
      {"benchmark/", "tests/bench/"},
      {"z3", "checker/predict/"},
      {"fmt/", "checker/report/"},
      {"pugixml", "checker/report/"},
  };
  for (const source& s : sources())
    for (const std::string& header : s.includes)
      for (const auto& [library, place] : places) {
        INFO(s.path << " includes " << header);
        if (header.starts_with(library)) CHECK(s.path.starts_with(place));
      }
}

TEST_CASE("only mode.cpp reads the engine pointer and only dependence.cpp compares accesses",
          "[tidy]") {
  for (const source& s : sources()) {
    if (s.path.starts_with("tests/")) continue;
    for (const std::string& line : s.lines) {
      INFO(s.path << ": " << line);
      if (line.find("thread_local engine*") != std::string::npos)
        CHECK(s.path == "runtime/core/mode.cpp");
      if (line.find("independence_table") != std::string::npos)
        CHECK(s.path == "checker/explore/dependence.cpp");
    }
  }
}

TEST_CASE("files and lines stay small", "[tidy]") {
  for (const source& s : sources()) {
    INFO(s.path << " has " << s.lines.size() << " lines");
    CHECK(s.lines.size() <= most_lines);
    for (const std::string& line : s.lines) {
      INFO(s.path << ": " << line);
      CHECK(line.size() <= most_columns);
    }
  }
}

TEST_CASE("nothing is left to do on the main branch", "[tidy]") {
  static const std::regex left_over(
      "\\b(TO"
      "DO|FIX"
      "ME|X"
      "XX|HA"
      "CK)\\b");
  for (const source& s : sources())
    for (const std::string& line : s.lines) {
      INFO(s.path << ": " << line);
      CHECK(!std::regex_search(line, left_over));
    }
}

TEST_CASE("the root holds the parts of the project and nothing else", "[tidy]") {
  const std::set<std::string> known = {
      "checker",        "runtime",           "models",    "tests",  "docs", "dev",
      "CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE"};
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    INFO(name);
    CHECK((known.count(name) == 1 || name.starts_with(".") || name.starts_with("build")));
  }
}
