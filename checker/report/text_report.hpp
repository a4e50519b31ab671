// Reports for people: the table of verdicts, and a failure with its schedule.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model_report.hpp"

namespace heddle::report {

struct text_style {
  bool colour = false;
  std::size_t width = 100;
  bool whole_story = false;  // else the middle of a long one is left out, which is said
};

// "failed: leak", "passed (bounded: 17 executions, ...)".
std::string verdict_words(const checker::result& r);

// One line per model and a last one that sums up. `allow_incomplete` is the option's.
std::string verdict_table(std::span<const model_report> models, const text_style& style);

// A failure, in the order of SPEC section 5. `commands` reproduce it.
std::string failure_text(const std::string& model, const checker::failure& f,
                         const std::vector<std::string>& commands, const text_style& style);

// What happened, as a table: a column per goroutine, the clock and whoever has none in the last.
// When they are too many for the width, those named in `involved` come first.
std::string story_table(const std::vector<checker::story_line>& story,
                        const std::vector<std::string>& involved, const text_style& style);

}  // namespace heddle::report
