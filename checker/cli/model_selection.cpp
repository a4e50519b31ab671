#include "model_selection.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "exit_status.hpp"
#include "nearest.hpp"

namespace heddle::cli {

namespace {

bool matches(const std::string& filter, const std::string& name) {
  return name == filter || name.starts_with(filter + "/") ||
         (filter.ends_with('/') && name.starts_with(filter)) ||
         fnmatch(filter.c_str(), name.c_str(), 0) == 0;
}

std::vector<std::string> names_and_groups() {
  std::vector<std::string> known;
  for (const model* m : model::all()) {
    known.push_back(m->name());
    const std::string group = m->name().substr(0, m->name().find('/'));
    if (std::ranges::find(known, group) == known.end()) known.push_back(group);
  }
  return known;
}

}  // namespace

std::vector<const model*> select_models(const std::vector<std::string>& filters) {
  const std::vector<const model*> all = model::all();
  if (all.empty()) throw usage_error("this program has no models");
  if (filters.empty()) return all;
  std::vector<bool> wanted(all.size());
  for (const std::string& filter : filters) {
    bool any = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!matches(filter, all[i]->name())) continue;
      wanted[i] = true;
      any = true;
    }
    if (!any)
      throw usage_error("no model matches \"" + filter + "\"" +
                        suggestion(filter, names_and_groups()));
  }
  std::vector<const model*> selected;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (wanted[i]) selected.push_back(all[i]);
  return selected;
}

std::vector<const model*> select_models_to_check(const std::vector<std::string>& filters) {
  std::vector<const model*> selected = select_models(filters);
  if (!filters.empty()) return selected;
  std::erase_if(selected, [](const model* m) { return m->options().large; });
  if (selected.empty())
    throw usage_error("all models of this program are large; name those to explore");
  return selected;
}

const model& find_model(const std::string& name) {
  std::vector<std::string> names;
  for (const model* m : model::all()) {
    if (m->name() == name) return *m;
    names.push_back(m->name());
  }
  throw usage_error("there is no model \"" + name + "\"" + suggestion(name, names));
}

std::string to_string(expected e) {
  switch (e) {
    case expected::verified:
      return "verified";
    case expected::passed:
      return "passed";
    case expected::deadlock:
      return "deadlock";
    case expected::leak:
      return "leak";
    case expected::race:
      return "race";
    case expected::panic:
      return "panic";
    case expected::assertion:
      return "assertion";
    case expected::livelock:
      return "livelock";
    case expected::misuse:
      return "misuse";
    case expected::crash:
      return "crash";
  }
  return "?";
}

}  // namespace heddle::cli
