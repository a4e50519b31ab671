// What is shown to a person: the style of reports, and the line that shows that work goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "search_pool.hpp"
#include "text_report.hpp"

namespace heddle::cli {

// Colour only on a terminal, and its width.
report::text_style style_for(std::FILE* out);

// On standard error while that is a terminal; else nothing.
// "model: 12000 executions, 4000/s, depth 31, about 16% of an estimated 75,000, 16 s left".
std::string progress_words(const std::string& name, std::uint64_t executions, double rate,
                           std::uint64_t depth, double estimate);

class progress_line {
 public:
  progress_line();
  void show(const std::string& name, std::size_t done, std::size_t of, const how_far& progress);
  void clear();

 private:
  bool active_;
  bool shown_ = false;
  std::string name_;
  std::uint64_t executions_ = 0;
  double rate_ = 0;
  std::chrono::steady_clock::time_point last_;  // when the rate was taken
};

}  // namespace heddle::cli
