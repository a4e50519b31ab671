#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>

#include "search_size.hpp"

namespace heddle::cli {

namespace {

constexpr double shortest_rate = 0.5;  // seconds that it is taken over

}  // namespace

report::text_style style_for(std::FILE* out) {
  report::text_style style;
  if (isatty(fileno(out)) == 0) return style;
  style.colour = true;
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) style.width = size.ws_col;
  return style;
}

std::string progress_words(const std::string& name, std::uint64_t executions, double rate,
                           std::uint64_t depth, double estimate) {
  std::string words = name + ": " + std::to_string(executions) + " executions, " +
                      std::to_string(std::llround(rate)) + "/s, depth " + std::to_string(depth);
  if (estimate <= 0) return words;
  words += ", " + checker::share_words(executions, {estimate, estimate, estimate});
  const double left = estimate - static_cast<double>(executions);
  if (rate > 0 && left >= 0) words += ", " + checker::duration_words(left / rate) + " left";
  return words;
}

progress_line::progress_line() : active_(isatty(STDERR_FILENO) != 0) {}

void progress_line::show(const std::string& name, std::size_t done, std::size_t of,
                         const how_far& progress) {
  if (!active_) return;
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - last_).count();
  if (name != name_ || progress.executions < executions_) {
    name_ = name;
    rate_ = 0;
    executions_ = progress.executions;
    last_ = now;
  } else if (seconds >= shortest_rate) {
    rate_ = static_cast<double>(progress.executions - executions_) / seconds;
    executions_ = progress.executions;
    last_ = now;
  }
  const std::string words =
      progress_words(name, progress.executions, rate_, progress.depth, progress.estimate);
  std::fprintf(stderr, "\r\x1b[K[%zu/%zu] %s", done, of, words.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void progress_line::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace heddle::cli
