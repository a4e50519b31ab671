#include "goroutine_text.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

// Another worker may be changing what is read here.
#define HEDDLE_SNAPSHOT __attribute__((no_sanitize("thread")))

namespace heddle::performance {

namespace {

HEDDLE_SNAPSHOT std::string_view state_of(const pooled_goroutine& g) noexcept {
  if (g.in_blocking_call) return "blocking call";
  switch (g.state) {
    case core::goroutine_state::running:
      return "running";
    case core::goroutine_state::blocked:
      return "blocked";
    case core::goroutine_state::finished:
      return "finished";
    default:
      return "runnable";
  }
}

// ", 12 s", ", 5 min"; nothing for less than a second.
void add_duration(text_sink& to, std::chrono::milliseconds d) noexcept {
  using namespace std::chrono_literals;
  if (d < 1s) return;
  to.add(", ");
  to.add(static_cast<std::uint64_t>(d < 2min ? d / 1s : d / 1min));
  to.add(d < 2min ? " s" : " min");
}

}  // namespace

void text_sink::add(std::uint64_t number) noexcept {
  char digits[20];
  const auto written = std::to_chars(digits, digits + sizeof digits, number);
  add(std::string_view(digits, static_cast<std::size_t>(written.ptr - digits)));
}

void text_sink::add(place at) noexcept {
  add(at.file_name());
  add(":");
  add(std::uint64_t{at.line()});
}

void descriptor_sink::add(std::string_view piece) noexcept {
  while (!piece.empty()) {
    if (used_ == sizeof block_) flush();
    const std::size_t many = std::min(piece.size(), sizeof block_ - used_);
    std::memcpy(block_ + used_, piece.data(), many);
    used_ += many;
    piece.remove_prefix(many);
  }
}

void descriptor_sink::flush() noexcept {
  for (std::size_t written = 0; written < used_;) {
    const ssize_t n = write(descriptor_, block_ + written, used_ - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;  // nobody is left to be told
    written += static_cast<std::size_t>(n);
  }
  used_ = 0;
}

std::uint32_t coarse_clock_ms() noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(now / std::chrono::milliseconds(1));
}

HEDDLE_SNAPSHOT std::chrono::milliseconds blocked_for(const pooled_goroutine& g) noexcept {
  if (g.state != core::goroutine_state::blocked) return std::chrono::milliseconds(0);
  return std::chrono::milliseconds(coarse_clock_ms() - g.since_ms);
}

HEDDLE_SNAPSHOT void add_name(text_sink& to, const pooled_goroutine& g) noexcept {
  if (g.name == nullptr)
    to.add(std::uint64_t{g.id});
  else
    to.add(std::string_view(g.name));
}

HEDDLE_SNAPSHOT void add_heading(text_sink& to, const pooled_goroutine& g) noexcept {
  to.add("\ngoroutine ");
  add_name(to, g);
  to.add(" [");
  to.add(state_of(g));
  add_duration(to, blocked_for(g));
  to.add("]:\n");
}

HEDDLE_SNAPSHOT void add_goroutine(text_sink& to, const pooled_goroutine& g) noexcept {
  add_heading(to, g);
  if (g.in_blocking_call) {
    to.add("\tcalled at ");
    to.add(g.waiting_at);
    to.add("\n");
  } else if (g.state == core::goroutine_state::blocked) {
    to.add("\twaits to ");
    to.add(core::describe(g.waiting_for));
    to.add(" at ");
    to.add(g.waiting_at);
    to.add("\n");
  }
  to.add("\tcreated at ");
  to.add(g.created_at);
  to.add("\n");
}

}  // namespace heddle::performance
