// One model explored by several processes, killed and resumed: the counts stay those of one
// process.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "heddle_command.hpp"

using nlohmann::json;

namespace {

constexpr const char* model = "golden/fib_bench";
constexpr int traces = 218243;

// Starts `heddle check MODEL ...` without waiting for it.
pid_t start_check(const std::vector<std::string>& options, const std::string& json_file) {
  std::vector<std::string> words{HEDDLE_EXECUTABLE, "check", model, "--json", json_file};
  words.insert(words.end(), options.begin(), options.end());
  std::fflush(nullptr);  // or the child would print it again
  const pid_t child = fork();
  REQUIRE(child >= 0);  // to kill -1 would be to kill everybody
  if (child != 0) return child;
  std::vector<char*> arguments;
  for (std::string& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

// The processes whose parent is `parent`, from /proc.
std::vector<pid_t> children_of(pid_t parent) {
  std::ifstream in("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) +
                   "/children");
  std::vector<pid_t> found;
  for (pid_t p = 0; in >> p;) found.push_back(p);
  return found;
}

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

bool ended(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid != 0;
}

void require_all_traces(const std::string& json_file) {
  const json found = json::parse(read_file(json_file)).at("models").at(0);
  CHECK(found.at("verdict") == "verified");
  CHECK(found.at("explored") == traces);
  CHECK(found.at("redundant") == 0);
}

// Changes when the file is replaced; 0: there is none.
ino_t file_number(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

void pause_for(std::chrono::milliseconds t) { std::this_thread::sleep_for(t); }

}  // namespace

TEST_CASE("several processes explore the traces that one does", "[cli]") {
  const auto name = GENERATE(as<std::string>{}, "golden/stores_8", "golden/big0", "golden/casw_4",
                             "golden/lockinc_6", "golden/rendezvous_4", "golden/filesystem_19");
  INFO(name);
  const auto counts = [&](const std::string& jobs) {
    const command_outcome run = heddle_command({"check", name, "--jobs", jobs, "--json", "-"});
    REQUIRE(run.status == 0);
    const json found = json::parse(run.output).at("models").at(0);
    return std::set<json>{found.at("verdict"),   found.at("explored"), found.at("blocked"),
                          found.at("redundant"), found.at("events"),   found.at("longest")};
  };
  CHECK(counts("1") == counts("3"));
}

TEST_CASE("several processes find the deadlock among many traces once", "[cli]") {
  const command_outcome run = heddle_command(
      {"check", "golden/philosophers_10", "--jobs", "2", "--keep-going", "--json", "-"});
  REQUIRE(run.status == 0);
  const json found = json::parse(run.output).at("models").at(0);
  CHECK(found.at("kind") == "deadlock");
  CHECK(found.at("explored") == 1023);
  CHECK(found.at("blocked") == 1);
  CHECK(found.at("failure").at("times") == 1);
}

TEST_CASE("the share of a worker that is killed is explored by another", "[cli]") {
  const scratch_directory scratch;
  const std::string report = scratch.path() + "/report.json";
  const pid_t check = start_check({"--jobs", "2"}, report);
  int killed = 0;
  while (!ended(check)) {
    pause_for(std::chrono::milliseconds(60));
    const std::vector<pid_t> workers = children_of(check);
    if (workers.empty() || killed == 5) continue;
    kill(workers.front(), SIGKILL);
    ++killed;
  }
  CHECK(wait_for(check) == 0);
  CHECK(killed > 1);
  require_all_traces(report);
}

TEST_CASE("who kills the one worker of a search fails no model", "[cli]") {
  const scratch_directory scratch;
  const std::string report = scratch.path() + "/report.json";
  const pid_t check = start_check({}, report);
  while (!ended(check) && children_of(check).empty()) pause_for(std::chrono::milliseconds(1));
  const std::vector<pid_t> workers = children_of(check);
  REQUIRE(!workers.empty());
  kill(workers.front(), SIGKILL);
  CHECK(wait_for(check) == 0);
  require_all_traces(report);
}

TEST_CASE("a search that is killed goes on from its checkpoint", "[cli]") {
  const scratch_directory scratch;
  const std::string report = scratch.path() + "/report.json";
  const std::string checkpoint = scratch.path() + "/checkpoint";
  const auto jobs = GENERATE(as<std::string>{}, "1", "2");
  std::vector<std::string> options{"--jobs", jobs, "--checkpoint", checkpoint};
  int killed = 0;
  for (int round = 0; round < 4; ++round) {
    std::vector<std::string> now = options;
    if (exists(checkpoint)) {
      now.push_back("--resume");
      now.push_back(checkpoint);
    }
    const pid_t check = start_check(now, report);
    // Killed soon after the checkpoint was replaced, while it may be written again.
    const ino_t before = file_number(checkpoint);
    while (!ended(check) && file_number(checkpoint) == before)
      pause_for(std::chrono::milliseconds(1));
    pause_for(std::chrono::milliseconds(170 * round));
    for (pid_t w : children_of(check)) kill(w, SIGKILL);
    if (!ended(check)) ++killed;
    kill(check, SIGKILL);
    wait_for(check);
  }
  CHECK(killed > 0);
  REQUIRE(exists(checkpoint));
  options.insert(options.end(), {"--resume", checkpoint});
  CHECK(wait_for(start_check(options, report)) == 0);
  require_all_traces(report);
}

TEST_CASE("a search that is interrupted keeps what it explored", "[cli]") {
  const scratch_directory scratch;
  const std::string report = scratch.path() + "/report.json";
  const std::string checkpoint = scratch.path() + "/checkpoint";
  const pid_t check = start_check({"--checkpoint", checkpoint}, report);
  while (!ended(check) && children_of(check).empty()) pause_for(std::chrono::milliseconds(1));
  kill(check, SIGTERM);  // its workers come after its handlers
  const int status = wait_for(check);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 128 + SIGTERM);
  REQUIRE(exists(checkpoint));
  CHECK(wait_for(start_check({"--resume", checkpoint}, report)) == 0);
  require_all_traces(report);
}

TEST_CASE("a bound on executions holds over all processes and resumptions", "[cli]") {
  const scratch_directory scratch;
  const std::string checkpoint = scratch.path() + "/checkpoint";
  const auto explored = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"check", "golden/big0", "--allow-incomplete", "--json", "-"};
    words.insert(words.end(), more.begin(), more.end());
    const command_outcome run = heddle_command(words);
    REQUIRE(run.status == 0);
    return json::parse(run.output).at("models").at(0);
  };
  const json cut =
      explored({"--jobs", "2", "--max-executions", "5000", "--checkpoint", checkpoint});
  CHECK(cut.at("explored") == 5000);
  CHECK(cut.at("verdict") == "passed");
  CHECK(cut.at("stopped_by") == "executions");
  const command_outcome spent = heddle_command(
      {"check", "golden/big0", "--resume", checkpoint, "--max-executions", "5000", "--json", "-"});
  CHECK(spent.status == 3);
  CHECK(json::parse(spent.output).at("models").at(0).at("explored") == 5000);
  const json whole = explored({"--resume", checkpoint});
  CHECK(whole.at("verdict") == "verified");
  CHECK(whole.at("explored") == 69112);
}

TEST_CASE("a checkpoint that does not fit is refused in one sentence", "[cli]") {
  const scratch_directory scratch;
  const std::string checkpoint = scratch.path() + "/checkpoint";
  REQUIRE(heddle_command({"check", "golden/casw_4", "--checkpoint", checkpoint}).status == 0);
  const auto refused = [&](const std::vector<std::string>& words, const std::string& why) {
    const command_outcome run = heddle_command(words);
    INFO(run.errors);
    CHECK(run.status == 2);
    CHECK(run.errors.find(why) != std::string::npos);
    CHECK(count_lines(run.errors) == 1);
  };
  refused({"check", "golden/casw_5", "--resume", checkpoint}, "is of the model golden/casw_4");
  refused({"check", "golden/casw_4", "--time", "idle", "--resume", checkpoint}, "free time");
  refused({"check", "golden/casw_4", "--strategy", "random", "--resume", checkpoint}, "dpor");
  refused({"check", "golden", "--resume", checkpoint}, "one model");
  refused({"check", "golden/casw_4", "--estimate", "--resume", checkpoint}, "explores nothing");
  refused({"check", "golden/casw_4", "--count-traces", "--resume", checkpoint}, "one process");
  refused({"check", "golden/casw_4", "--resume", scratch.path() + "/none"}, "cannot read");
  std::string text = read_file(checkpoint);
  write_file(checkpoint, text.substr(0, text.size() / 2));
  refused({"check", "golden/casw_4", "--resume", checkpoint}, "damaged");
  text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
  write_file(checkpoint, text);
  refused({"check", "golden/casw_4", "--resume", checkpoint}, "damaged");
  write_file(checkpoint, "something else");
  refused({"check", "golden/casw_4", "--resume", checkpoint}, "not a checkpoint");
}

// 218,243 traces: the estimate is worth little after a short time, but it is no other quantity.
TEST_CASE("a divided search that is cut says how much of it there may be", "[cli]") {
  const scratch_directory scratch;
  const std::string checkpoint = scratch.path() + "/checkpoint";
  const auto cut = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"check",  model, "--max-executions",   "100000",
                                   "--jobs", "2",   "--allow-incomplete", "--json",
                                   "-"};
    words.insert(words.end(), more.begin(), more.end());
    const command_outcome run = heddle_command(words);
    REQUIRE(run.status == 0);
    return json::parse(run.output).at("models").at(0);
  };
  for (const json& found : {cut({}), cut({"--checkpoint", checkpoint})}) {
    INFO(found.at("message"));
    REQUIRE(found.at("explored") == 100000);
    const json& size = found.at("estimate");
    CHECK(size.at("executions") > 100000);
    CHECK(size.at("executions") < 10 * traces);
    CHECK(size.at("low") <= traces);
    CHECK(size.at("high") >= traces);
    CHECK(found.at("message").get<std::string>().find("of an estimated") != std::string::npos);
  }
}

TEST_CASE("a crash among many executions is reported with what was explored", "[cli]") {
  const auto jobs = GENERATE(as<std::string>{}, "1", "2");
  const command_outcome run = target_command(
      {"check", "late/crash", "--strategy", "dpor", "--jobs", jobs, "--json", "-"});
  const json found = json::parse(run.output).at("models").at(0);
  REQUIRE(found.at("kind") == "crash");
  CHECK(found.at("explored") > 1000);
  CHECK(found.at("explored") <= 40320);
  CHECK(found.at("failure").at("execution") == found.at("explored"));
  CHECK(found.at("seconds") > 0);
}

TEST_CASE("a crash does not make a search forget the failures before it", "[cli]") {
  const scratch_directory scratch;
  // The bound makes a worker answer now and then; what one has not told is lost with it.
  const command_outcome run = target_command(
      {"check", "only_named/fail_and_crash", "--keep-going", "--max-executions", "45000",
       "--checkpoint", scratch.path() + "/checkpoint", "--json", "-"});
  const json found = json::parse(run.output).at("models").at(0);
  CHECK(found.at("kind") == "crash");
  CHECK(found.at("as_expected") == false);
  std::set<std::string> kinds;
  for (const json& f : found.at("failures")) kinds.insert(f.at("kind"));
  CHECK(kinds == std::set<std::string>{"assertion", "crash"});
}

TEST_CASE("a search is not resumed where the model does otherwise", "[cli]") {
  const scratch_directory scratch;
  const std::string checkpoint = scratch.path() + "/checkpoint";
  REQUIRE(target_command({"check", "only_named/environment", "--max-executions", "1000",
                          "--allow-incomplete", "--checkpoint", checkpoint})
              .status == 0);
  setenv("HEDDLE_TEST_MORE", "1", 1);
  const command_outcome other =
      target_command({"check", "only_named/environment", "--resume", checkpoint, "--json", "-"});
  unsetenv("HEDDLE_TEST_MORE");
  CHECK(other.status == 1);
  const json found = json::parse(other.output).at("models").at(0);
  CHECK(found.at("verdict") == "error");
  CHECK(found.at("kind") == "nondeterministic");
  CHECK(target_command({"check", "only_named/environment", "--resume", checkpoint}).status == 0);
}

TEST_CASE("a checkpoint does not replace what is not over", "[cli]") {
  const scratch_directory scratch;
  const std::string file = scratch.path() + "/checkpoint";
  const auto status_of = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"check", "golden/casw_4", "--allow-incomplete", "--checkpoint",
                                   file};
    words.insert(words.end(), more.begin(), more.end());
    return heddle_command(words).status;
  };
  CHECK(status_of({"--max-executions", "10"}) == 0);
  const std::string kept = read_file(file);
  CHECK(status_of({}) == 2);
  CHECK(read_file(file) == kept);
  CHECK(status_of({"--resume", file}) == 0);
  CHECK(status_of({}) == 0);  // it was over
  write_file(file, "my notes");
  CHECK(status_of({}) == 2);
  CHECK(read_file(file) == "my notes");
}

// What follows an execution that a failure or a bound ended depends on the order of exploring.
TEST_CASE("several processes go on after a failure as one does", "[cli]") {
  const auto words = GENERATE(
      std::vector<std::string>{"classic/peterson_reordered", "--keep-going"},
      std::vector<std::string>{"classic/negative_wait_group", "--keep-going"},
      std::vector<std::string>{"tour/do_work", "--max-executions", "5000"},
      std::vector<std::string>{"classic/peterson_reordered", "--preemptions", "1"});
  INFO(words.front());
  const auto found_by = [&](const std::string& jobs) {
    std::vector<std::string> all{"check", "--strategy", "dpor", "--allow-incomplete",
                                 "--jobs", jobs, "--json", "-"};
    all.insert(all.begin() + 1, words.begin(), words.end());
    const json found = json::parse(heddle_command(all).output).at("models").at(0);
    std::multiset<std::string> messages;
    for (const json& f : found.value("failures", json::array())) messages.insert(f.at("message"));
    return std::tuple(found.at("verdict").get<std::string>(), found.at("explored").get<int>(),
                      found.at("redundant").get<int>(), messages);
  };
  CHECK(found_by("2") == found_by("1"));
}

TEST_CASE("a search whose executions create goroutines past the step bound ends", "[cli]") {
  for (const char* jobs : {"1", "2"}) {
    const command_outcome run =
        heddle_command({"check", "tour/tick_boom", "--strategy", "dpor", "--jobs", jobs,
                        "--max-steps", "40", "--max-executions", "200", "--allow-incomplete"});
    INFO(run.output);
    CHECK(run.status == 0);
  }
}
