#include "heddle/model.hpp"

#include <algorithm>

namespace heddle {

namespace {

std::vector<const model*>& registry() {
  static std::vector<const model*> models;
  return models;
}

}  // namespace

model::model(std::string_view name, expected found, std::string_view about,
             std::function<void()> body, model_options options, place at)
    : name_(name),
      found_(found),
      about_(about),
      body_(std::move(body)),
      options_(std::move(options)),
      at_(at) {
  registry().push_back(this);
}

model::~model() { std::erase(registry(), this); }

std::vector<const model*> model::all() {
  std::vector<const model*> models = registry();
  std::ranges::stable_sort(models, {}, [](const model* m) { return m->name(); });
  return models;
}

}  // namespace heddle
