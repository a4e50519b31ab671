// What the user gets wrong: one sentence, exit status 2, nothing written.
#include <catch2/catch.hpp>

#include "heddle_command.hpp"

namespace {

struct bad_input {
  const char* what;
  std::vector<std::string> arguments;
  const char* said;  // part of the sentence
};

void expect_refusal(const command_outcome& o, const char* said) {
  INFO("output: " << o.output << "\nerrors: " << o.errors);
  CHECK(o.status == 2);
  CHECK(o.output.empty());
  CHECK(count_lines(o.errors) == 1);
  CHECK(o.errors.find(said) != std::string::npos);
}

}  // namespace

TEST_CASE("bad input is one sentence, exit status 2, and nothing is written", "[cli]") {
  const bad_input input = GENERATE(values<bad_input>({
      {"no command", {}, "command is missing"},
      {"an empty value", {"check", "--json", ""}, "--json needs a value"},
      {"a directory to replay from", {"replay", "bad/leak", "--file", "/tmp"}, "is a directory"},
      {"another program as target", {"check", "--target", "/bin/true"}, "not linked with heddle"},
      {"unknown command", {"chek"}, "did you mean \"check\""},
      {"unknown option", {"check", "--frobnicate"}, "there is no option --frobnicate"},
      {"an option of a later issue", {"check", "--sarif", "out"}, "--sarif"},
      {"unknown model", {"check", "bad/deadlok"}, "did you mean \"bad/deadlock\""},
      {"unknown group", {"check", "badd"}, "did you mean \"bad\""},
      {"unknown model to replay",
       {"replay", "bad/lek", "--seed", "1"},
       "did you mean \"bad/leak\""},
      {"unknown model to run", {"run", "nowhere"}, "there is no model \"nowhere\""},
      {"unknown model to list", {"list", "nowhere"}, "no model matches"},
      {"no jobs", {"check", "--jobs", "0"}, "--jobs takes a whole number, at least 1"},
      {"negative jobs", {"check", "--jobs", "-1"}, "--jobs"},
      {"no number of preemptions", {"check", "--preemptions", "-1"}, "not \"-1\""},
      {"too many preemptions", {"check", "--preemptions", "99999999999999"}, "at most 1000000"},
      {"no number", {"check", "--max-executions", "many"}, "not \"many\""},
      {"a number and more", {"check", "--max-steps", "10x"}, "not \"10x\""},
      {"too large a number", {"check", "--seed", "18446744073709551616"}, "--seed"},
      {"no duration", {"check", "--max-time", "soon"}, "takes a duration"},
      {"no time at all", {"check", "--max-time", "0s"}, "takes a duration"},
      {"a hexadecimal duration", {"check", "--max-time", "0x10s"}, "not \"0x10s\""},
      {"a duration in powers", {"check", "--max-time", "1e3s"}, "not \"1e3s\""},
      {"a duration without unit", {"check", "--max-time", "5"}, "with ms, s, m or h"},
      {"a duration after a space", {"check", "--max-time", " 5s"}, "not \" 5s\""},
      {"a duration with two points", {"check", "--max-time", "1.2.3s"}, "not \"1.2.3s\""},
      {"a negative duration", {"check", "--max-time", "-5s"}, "--max-time"},
      {"a unit alone", {"check", "--hang-timeout", "s"}, "not \"s\""},
      {"an unknown unit", {"check", "--hang-timeout", "5d"}, "not \"5d\""},
      {"an infinite duration", {"check", "--hang-timeout", "infs"}, "not \"infs\""},
      {"unknown strategy", {"check", "--strategy", "dpro"}, "did you mean \"dpor\""},
      {"a strategy like none", {"check", "--strategy", "zzzzzzzz"}, "dpor, naive, random, pct"},
      {"no depth", {"check", "--strategy", "pct", "--pct-depth", "0"}, "at least 1"},
      {"a depth for random", {"check", "--strategy", "random", "--pct-depth", "2"}, "for the strategy pct"},
      {"a depth for a schedule",
       {"replay", "bad/leak", "--schedule", "h1.AA", "--pct-depth", "2"},
       "--pct-depth belongs to --seed"},
      {"unknown time", {"check", "--time", "slow"}, "there is no time \"slow\""},
      {"a value is missing", {"check", "--seed"}, "--seed"},
      {"a seed for dpor", {"check", "--strategy", "dpor", "--seed", "1"}, "sampling strategy"},
      {"a seed for the default", {"check", "bad/leak", "--seed", "1"}, "--strategy random"},
      {"nothing to replay", {"replay", "bad/leak"}, "takes one of"},
      {"two things to replay",
       {"replay", "bad/leak", "--seed", "1", "--schedule", "h1.AA"},
       "takes one of"},
      {"a strategy for a schedule",
       {"replay", "bad/leak", "--schedule", "h1.AA", "--strategy", "random"},
       "--strategy belongs to --seed"},
      {"time for a schedule",
       {"replay", "bad/leak", "--schedule", "h1.AA", "--time", "idle"},
       "--time"},
      {"replaying without a model", {"replay", "--seed", "1"}, "model"},
      {"no schedule", {"replay", "bad/leak", "--schedule", "hello"}, "begins with \"h1.\""},
      {"a damaged schedule", {"replay", "bad/leak", "--schedule", "h1.AAAA"}, "damaged"},
      {"an unreadable file", {"replay", "bad/leak", "--file", "/nowhere/f.json"}, "cannot read"},
      {"an unwritable file", {"check", "--json", "/nowhere/f.json"}, "cannot write"},
      {"a directory", {"check", "--json", "/"}, "cannot write"},
      {"no target", {"check", "--target", "/nowhere/program"}, "there is no file"},
      {"a target that is no program", {"check", "--target", "/etc/passwd"}, "neither a program"},
  }));
  INFO(input.what);
  const scratch_directory place;
  expect_refusal(target_command(input.arguments, place.path()), input.said);
  CHECK(place.entries() == 0);
}

TEST_CASE("a file that cannot be a report is refused", "[cli]") {
  const scratch_directory place;
  const std::string file = place.path() + "/f.json";
  const char* const content =
      GENERATE("", "{", "[]", "{\"models\": 3}", "{\"models\": []}",
               "{\"models\": [{\"name\": \"bad/leak\", \"failure\": null}]}");
  write_file(file, content);
  expect_refusal(target_command({"replay", "bad/leak", "--file", file}), "cannot take a schedule");
}

TEST_CASE("a source that does not compile is shown and refused", "[cli]") {
  const scratch_directory place;
  write_file(place.path() + "/broken.cpp", "int main( {\n");
  const command_outcome o = heddle_command({"check", "--target", "broken.cpp"}, place.path());
  CHECK(o.status == 2);
  CHECK(o.errors.find("error:") != std::string::npos);
  CHECK(o.errors.find("broken.cpp does not compile") != std::string::npos);
  CHECK(place.entries() == 1);
}

TEST_CASE("help and version are no errors", "[cli]") {
  CHECK(heddle_command({"--version"}).output.starts_with("heddle "));
  CHECK(heddle_command({"--help"}).status == 0);
  const command_outcome help = heddle_command({"check", "--help"});
  CHECK(help.status == 0);
  CHECK(help.output.find("--keep-going") != std::string::npos);
  CHECK(help.output.find("heddle check [OPTIONS]") != std::string::npos);
  CHECK(help.output.find("check check") == std::string::npos);
}

TEST_CASE("a duration is a decimal number and a unit", "[cli]") {
  const std::string duration = GENERATE("60000ms", "60s", "1.5m", "0.5h", ".5h");
  INFO(duration);
  CHECK(target_command({"check", "ok/handshake", "--max-time", duration}).status == 0);
}
