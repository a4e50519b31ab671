#include <algorithm>
#include <cstdio>

#include "commands.hpp"
#include "exit_status.hpp"
#include "model_selection.hpp"

namespace heddle::cli {

int list_models(const command_line& line) {
  const std::vector<const model*> models = select_models(line.filters);
  std::size_t width = 0;
  for (const model* m : models) width = std::max(width, m->name().size());
  for (const model* m : models)
    std::printf("%-*s  %-9s  %s%s\n", static_cast<int>(width), m->name().c_str(),
                to_string(m->found()).c_str(), m->options().large ? "[large] " : "",
                m->about().c_str());
  return exit_status::as_expected;
}

}  // namespace heddle::cli
