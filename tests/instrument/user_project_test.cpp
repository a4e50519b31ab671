// As a user has it: Heddle installed and a project of one's own, by the compiler that built Heddle;
// and a source file for --target. `./dev clang` runs these with clang++.
#include <catch2/catch.hpp>
#include <string>

#include "cli/heddle_command.hpp"

#ifdef HEDDLE_UNANNOTATED  // a build with a sanitizer has its hooks instead of Heddle's

namespace {

// Races and repairs that the compilers treat differently: a copy that gcc makes inline and clang by
// memcpy, an increment of which clang shows the write alone unless it is asked.
const char* const source = R"(#include <heddle/heddle.hpp>
#include <cstring>
#include <memory>
struct block { char bytes[200]; int n; };
using heddle::expected;
const heddle::model counter{"my/counter", expected::race, "Counts.", [] {
  auto n = std::make_shared<int>(0);
  heddle::go([n] {
    ++*n;
  });
  ++*n;
}};
const heddle::model copies{"my/copy", expected::race, "Copies.", [] {
  auto from = std::make_shared<block>();
  auto to = std::make_shared<block>();
  heddle::go([=] { std::memcpy(to.get(), from.get(), sizeof(block)); });
  from->n = 2;
}};
const heddle::model fills{"my/fill", expected::race, "Fills.", [] {
  auto b = std::make_shared<block>();
  heddle::go([=] { std::memset(b.get(), 0, sizeof(block)); });
  b->bytes[100] = 2;
}};
thread_local int visits = 0;
const heddle::model of_thread{"my/thread_local", expected::verified, "Each thread has one.", [] {
  heddle::go([] { ++visits; });
  ++visits;
}};
)";

const char* const project = R"(cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES CXX)
find_package(heddle REQUIRED)
add_executable(mine mine.cpp)
target_compile_features(mine PRIVATE cxx_std_20)
target_link_libraries(mine PRIVATE heddle::main)
heddle_instrument(${INSTRUMENTED})
)";

// Models that are tests: one that is what it declares, one that is not, one that is large.
const char* const tested_source = R"(#include <heddle/heddle.hpp>
#include <memory>
using heddle::expected;
const heddle::model counter{"my/counter", expected::race, "Counts [; in \"one\" go].", [] {
  auto n = std::make_shared<int>(0);
  heddle::go([n] { ++*n; });
  ++*n;
}};
const heddle::model wrong{"my/wrong", expected::deadlock, "Does nothing.", [] {}};
const heddle::model large{"my/large", expected::verified, "Does nothing.", [] {}, {.large = true}};
)";

const char* const tested_project = R"(cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES CXX)
enable_testing()
find_package(heddle REQUIRED)
heddle_add_models(mine mine.cpp INSTRUMENT PROPERTIES TIMEOUT 100)
add_executable(other mine.cpp)
target_compile_features(other PRIVATE cxx_std_20)
target_link_libraries(other PRIVATE heddle::main)
target_link_options(other PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-lto>)
heddle_add_models(other LARGE PREFIX "other: " FILTER "my/[lw]*" OPTIONS --strategy random
  --max-executions 10 --allow-incomplete)
)";

#ifdef __clang__
const char* const another_compiler = "g++";
#else
const char* const another_compiler = "clang++";
#endif

// Installs Heddle under a prefix.
void install(const std::string& prefix) {
  const command_outcome o =
      run_program({"/usr/bin/env", "cmake", "--install", HEDDLE_BINARY_DIR, "--prefix", prefix});
  INFO(o.output << o.errors);
  REQUIRE(o.status == 0);
}

}  // namespace

TEST_CASE("copies, increments and thread-local variables in a source file are what they are",
          "[instrument]") {
  const scratch_directory place;
  write_file(place.path() + "/mine.cpp", source);
  const command_outcome o = heddle_command({"check", "--target", "mine.cpp"}, place.path());
  INFO(o.output << o.errors);
  CHECK(o.status == 0);
  for (const char* line : {":9", ":11"})  // of the two accesses themselves
    CHECK(o.output.find("/mine.cpp" + std::string(line)) != std::string::npos);
}

TEST_CASE("a project finds an installed Heddle and has its target compiled for checking",
          "[instrument]") {
  const scratch_directory place;
  const std::string prefix = place.path() + "/installed";
  install(prefix);
  write_file(place.path() + "/mine.cpp", source);
  write_file(place.path() + "/CMakeLists.txt", project);
  const auto configure = [&](const std::string& instrumented, const std::string& compiler,
                             const std::string& directory) {
    return run_program({"/usr/bin/env", "cmake", "-S", ".", "-B", directory,
                        "-DCMAKE_PREFIX_PATH=" + prefix, "-DCMAKE_CXX_COMPILER=" + compiler,
                        "-DCMAKE_BUILD_TYPE=Debug", "-DINSTRUMENTED=" + instrumented},
                       place.path());
  };
  const command_outcome configured = configure("mine", HEDDLE_COMPILER, "build");
  INFO(configured.output << configured.errors);
  REQUIRE(configured.status == 0);
  const command_outcome built =
      run_program({"/usr/bin/env", "cmake", "--build", "build"}, place.path());
  INFO(built.output << built.errors);
  REQUIRE(built.status == 0);
  const command_outcome checked = run_program({"./build/mine", "check"}, place.path());
  INFO(checked.output << checked.errors);
  CHECK(checked.status == 0);
  CHECK(checked.output.find("mine.cpp:9") != std::string::npos);

  const command_outcome by_installed = run_program(
      {prefix + "/bin/heddle", "check", "--target", "mine.cpp", "my/counter"}, place.path());
  INFO(by_installed.output << by_installed.errors);
  CHECK(by_installed.status == 0);

  const command_outcome wrong = configure("nothing", HEDDLE_COMPILER, "build");
  CHECK(wrong.status != 0);
  CHECK(wrong.errors.find("heddle_instrument: there is no target nothing") != std::string::npos);

  if (run_program({"/bin/sh", "-c", std::string("command -v ") + another_compiler}).status != 0) {
    WARN(another_compiler << " is not installed: what is said to it was not tested");
    return;
  }
  const command_outcome other = configure("mine", another_compiler, "other");
  CHECK(other.status != 0);
  CHECK(other.errors.find("This Heddle was built by") != std::string::npos);
}

TEST_CASE("models of a user's project are tests of CTest", "[instrument]") {
  const scratch_directory place;
  install(place.path() + "/installed");
  write_file(place.path() + "/mine.cpp", tested_source);
  write_file(place.path() + "/CMakeLists.txt", tested_project);
  const auto cmake = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"/usr/bin/env"});
    const command_outcome o = run_program(words, place.path());
    INFO(o.output << o.errors);
    REQUIRE(o.status == 0);
  };
  cmake({"cmake", "-S", ".", "-B", "build", "-DCMAKE_PREFIX_PATH=" + place.path() + "/installed",
         std::string("-DCMAKE_CXX_COMPILER=") + HEDDLE_COMPILER, "-DCMAKE_BUILD_TYPE=Debug"});
  const std::vector<std::string> ctest{"/usr/bin/env", "ctest", "--test-dir", "build"};
  CHECK(run_program(ctest, place.path()).status != 0);  // nothing is built yet
  cmake({"cmake", "--build", "build"});
  const command_outcome o = run_program(ctest, place.path());
  INFO(o.output << o.errors);
  const auto says = [&](const std::string& text) { return o.output.find(text) != o.output.npos; };
  CHECK(says("2 tests failed out of 4"));
  CHECK(says("my/counter"));  // a race in plain memory: compiled for checking
  CHECK(says("- my/wrong (Failed)"));
  CHECK(says("- other: my/wrong (Failed)"));
  CHECK(says("other: my/large"));
  CHECK(!says("other: my/counter"));
}

#endif
