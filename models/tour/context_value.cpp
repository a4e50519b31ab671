// The tour's request-scoped values: a context carries them, under keys that are objects.
#include <string>

#include "heddle/context.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"

namespace {

const heddle::context_key<std::string> language;

// What doWork prints: the value found, or nothing for "key not found".
std::string do_work(const heddle::context& ctx, const heddle::context_key<std::string>& key) {
  if (const std::string* value = ctx.value(key)) return *value;
  return {};
}

const heddle::model values{
    "tour/context_value",
    heddle::expected::verified,
    "A context carries a value under a key; the background context carries none. Nothing here is "
    "concurrent: one trace.",
    [] {
      const heddle::context ctx =
          heddle::context::with_value(heddle::context::background(), language, "Go");
      heddle::check(do_work(ctx, language) == "Go", "the value is found");
      heddle::check(do_work(heddle::context::background(), language).empty(), "it is not there");
    },
    {.time = "", .strategy = "", .count = 1}};

}  // namespace
