// The table of an execution: a row per event, a column per goroutine.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "text_report.hpp"

namespace heddle::report {

using checker::story_line;

namespace {

constexpr std::size_t most_columns = 6;
constexpr std::size_t least_width = 16;
constexpr std::size_t most_width = 34;
constexpr std::size_t first_rows = 20;  // of a long story
constexpr std::size_t last_rows = 60;
constexpr std::string_view others = "others";

// Who a cell belongs to. Timers and the clock are not goroutines: they share the last column.
bool is_goroutine(std::string_view who) { return who != "the clock" && !who.starts_with("timer "); }

// What the other side of a rendezvous or a signal does.
std::string_view counterpart(std::string_view what) {
  if (what.starts_with("send")) return "receive";
  if (what.starts_with("fire")) return "go on";
  return "be woken";
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    std::size_t end = text.rfind(' ', width);
    if (end == std::string_view::npos || end == 0) end = width;  // a word longer than the column
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  lines.emplace_back(text);
  return lines;
}

class table {
 public:
  table(const std::vector<story_line>& story, const std::vector<std::string>& involved,
        const text_style& style)
      : story_(story) {
    choose_columns(involved);
    measure(style.width);
  }

  std::string text(bool whole) {
    row("", names_, "");
    const std::size_t rows = story_.size();
    const bool cut = !whole && rows > first_rows + last_rows;
    for (std::size_t i = 0; i < rows; ++i) {
      if (cut && i == first_rows) {
        i = rows - last_rows;
        out_ += fmt::format("   ... {} steps are left out here; replaying shows them all ...\n",
                            i - first_rows);
      }
      event(i);
    }
    return std::move(out_);
  }

 private:
  void choose_columns(const std::vector<std::string>& involved) {
    std::vector<std::string> seen;
    bool somebody_else = false;
    const auto add = [&](const std::string& who) {
      if (who.empty()) return;
      if (!is_goroutine(who))
        somebody_else = true;
      else if (std::ranges::find(seen, who) == seen.end())
        seen.push_back(who);
    };
    for (const story_line& l : story_) {
      add(l.who);
      // Several partners are told beside the one who woke them.
      if (l.partner.find(", ") == std::string::npos) add(l.partner);
    }
    if (seen.size() > most_columns) {  // in order of appearance, but those involved first
      std::stable_partition(seen.begin(), seen.end(), [&](const std::string& who) {
        return std::ranges::find(involved, who) != involved.end();
      });
      seen.resize(most_columns);
      somebody_else = true;
    }
    names_ = std::move(seen);
    if (somebody_else) names_.emplace_back(others);
  }

  void measure(std::size_t width) {
    std::size_t at = 4;
    for (const story_line& l : story_) at = std::max(at, l.at.size());
    const std::size_t fixed = 6 + at + 2;
    const std::size_t columns = std::max<std::size_t>(names_.size(), 1);
    const std::size_t room = width > fixed ? (width - fixed) / columns : 0;
    column_ = std::clamp(room, least_width + 2, most_width + 2) - 2;
  }

  void event(std::size_t i) {
    const story_line& l = story_[i];
    std::vector<std::string> cells(names_.size());
    const auto own = std::ranges::find(names_, l.who);
    if (own != names_.end()) {
      cells[static_cast<std::size_t>(own - names_.begin())] = l.what;
    } else {
      cells.back() = l.who + ": " + l.what;
    }
    std::string rest = l.partner;
    for (std::size_t c = 0; c < names_.size() && !rest.empty(); ++c) {
      if (names_[c] != rest) continue;
      cells[c] = counterpart(l.what);
      rest.clear();
    }
    if (!rest.empty()) {  // several, or one without a column
      std::string& cell = own != names_.end()
                              ? cells[static_cast<std::size_t>(own - names_.begin())]
                              : cells.back();
      cell += ", with " + rest;
    }
    row(std::to_string(i + 1), cells, l.at);
  }

  void row(const std::string& number, const std::vector<std::string>& cells,
           const std::string& at) {
    std::vector<std::vector<std::string>> lines;
    std::size_t height = 1;
    for (const std::string& cell : cells) {
      lines.push_back(wrap(cell, column_));
      height = std::max(height, lines.back().size());
    }
    for (std::size_t y = 0; y < height; ++y) {
      std::string line = fmt::format("{:>5} ", y == 0 ? number : "");
      for (const auto& cell : lines)
        line += fmt::format(" {:<{}} ", y < cell.size() ? cell[y] : "", column_);
      if (y == 0) line += at;
      line.erase(line.find_last_not_of(' ') + 1);
      out_ += line + "\n";
    }
  }

  const std::vector<story_line>& story_;
  std::vector<std::string> names_;
  std::size_t column_ = most_width;
  std::string out_;
};

}  // namespace

std::string story_table(const std::vector<story_line>& story,
                        const std::vector<std::string>& involved, const text_style& style) {
  if (story.empty()) return "      (no operation was performed)\n";
  return table(story, involved, style).text(style.whole_story);
}

}  // namespace heddle::report
