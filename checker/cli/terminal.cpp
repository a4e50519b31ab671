#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>

namespace heddle::cli {

report::text_style style_for(std::FILE* out) {
  report::text_style style;
  if (isatty(fileno(out)) == 0) return style;
  style.colour = true;
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) style.width = size.ws_col;
  return style;
}

progress_line::progress_line() : active_(isatty(STDERR_FILENO) != 0) {}

void progress_line::show(const std::string& name, std::size_t done, std::size_t of,
                         const shared_progress& progress) {
  if (!active_) return;
  const auto now = std::chrono::steady_clock::now();
  const std::uint64_t executions = progress.executions();
  const double seconds = std::chrono::duration<double>(now - last_).count();
  if (name != name_ || executions < executions_) {
    name_ = name;
    rate_ = 0;
  } else if (seconds > 0) {
    rate_ = static_cast<double>(executions - executions_) / seconds;
  }
  executions_ = executions;
  last_ = now;
  std::fprintf(stderr, "\r\x1b[K[%zu/%zu] %s: %" PRIu64 " executions, %.0f/s, depth %" PRIu64, done,
               of, name.c_str(), executions, rate_, progress.depth());
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
