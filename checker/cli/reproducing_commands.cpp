#include <algorithm>

#include "commands.hpp"

namespace heddle::cli {

namespace {

// As a word for the shell.
std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:,+=@%").find(c) != std::string_view::npos;
  });
  if (plain) return word;
  std::string text = "'";
  for (char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

std::vector<std::string> reproducing_commands(const command_line& line, const std::string& model,
                                              const checker::failure& f) {
  std::string start = quoted(line.program) + " replay " + quoted(model);
  if (!line.compiled_from.empty()) start += " --target " + quoted(line.compiled_from);
  if (!line.compiled_from.empty() && !line.instrument) start += " --no-instrument";
  std::vector<std::string> commands;
  if (!f.schedule.empty()) commands.push_back(start + " --schedule " + f.schedule);
  if (!f.seed) return commands;
  std::string by_seed = start + " --seed " + std::to_string(*f.seed);
  if (!f.strategy.empty())
    by_seed += " --strategy " + f.strategy;
  else if (line.strategy)
    by_seed += " --strategy " + *line.strategy;
  if (line.pct_depth && (f.strategy.empty() || f.strategy == "pct"))
    by_seed += " --pct-depth " + std::to_string(*line.pct_depth);
  if (line.preemptions) by_seed += " --preemptions " + std::to_string(*line.preemptions);
  if (line.time) by_seed += " --time " + *line.time;
  if (line.max_steps) by_seed += " --max-steps " + std::to_string(*line.max_steps);
  commands.push_back(std::move(by_seed));
  return commands;
}

}  // namespace heddle::cli
