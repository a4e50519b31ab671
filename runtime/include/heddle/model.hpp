// Models: named functions that `heddle check` explores.
//
//   const heddle::model fan_in{"tour/fan_in", heddle::expected::verified,
//                              "Two producers, one consumer; nothing is lost.", [] { ... }};
//   int main(int argc, char** argv) { return heddle::main(argc, argv); }   // or link heddle::main
//
// A model starts from scratch at every execution: what it shares it makes itself, static data must
// not carry over. What outlives its main function (a goroutine that may leak) must not refer to
// main's locals.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/place.hpp"

namespace heddle {

// What a model must be found to be.
enum class expected {
  verified,  // every trace explored, nothing found
  passed,    // nothing found; its tree is too large to exhaust, so a bound stopped the search
  deadlock,
  leak,
  race,
  panic,
  assertion,
  livelock,
  misuse,
  crash,
};

// How a model asks to be explored where the command line does not say; 0 or empty: the default.
//
//   const heddle::model big{"mine/big", heddle::expected::verified, "Takes a minute.", big_program,
//                           {.count = 1820474, .large = true}};
struct model_options {
  std::string time = {};             // "free" or "idle"
  std::string strategy = {};         // "dpor", "surw", ...: docs/strategies.md
  unsigned long max_executions = 0;
  unsigned long max_steps = 0;
  unsigned long count = 0;           // the exact number of executions that dpor must need
  bool large = false;                // explored only where a filter names the model or its group
};

// Registers itself under `name`, written group/name, for the life of the program.
class model {
 public:
  model(std::string_view name, expected found, std::string_view about, std::function<void()> body,
        model_options options = {}, place at = place::current());
  model(const model&) = delete;
  model& operator=(const model&) = delete;
  ~model();

  const std::string& name() const noexcept { return name_; }
  expected found() const noexcept { return found_; }
  const std::string& about() const noexcept { return about_; }
  const std::function<void()>& body() const noexcept { return body_; }
  const model_options& options() const noexcept { return options_; }
  place at() const noexcept { return at_; }

  // The registered models, by name.
  static std::vector<const model*> all();

 private:
  std::string name_;
  expected found_;
  std::string about_;
  std::function<void()> body_;
  model_options options_;
  place at_;
};

// The command line of `heddle` for this program's own models; returns the exit status. Link
// heddle::main for a ready-made main function.
int main(int argc, char** argv);

}  // namespace heddle
