// A goroutine as reports show it. Written piece by piece, without an allocation and without a lock,
// so that a signal handler may print it.
//
//   goroutine reader [blocked, 12 s]:
//           waits to receive at serve.cpp:14
//           created at main.cpp:3
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "pooled_goroutine.hpp"

namespace heddle::performance {

// Where text goes.
class text_sink {
 public:
  virtual ~text_sink() = default;
  virtual void add(std::string_view piece) noexcept = 0;

  void add(std::uint64_t number) noexcept;
  // file:line. By value: a place in a record is read by who may look at records.
  void add(place at) noexcept;
};

// Into a string, which grows.
class string_sink final : public text_sink {
 public:
  explicit string_sink(std::string& text) : text_(text) {}
  using text_sink::add;
  void add(std::string_view piece) noexcept override { text_ += piece; }

 private:
  std::string& text_;
};

// To a file descriptor, in blocks.
class descriptor_sink final : public text_sink {
 public:
  explicit descriptor_sink(int descriptor) noexcept : descriptor_(descriptor) {}
  ~descriptor_sink() override { flush(); }
  using text_sink::add;
  void add(std::string_view piece) noexcept override;
  void flush() noexcept;

 private:
  const int descriptor_;
  std::size_t used_ = 0;
  char block_[1024];
};

// How long a goroutine has been blocked, as its worker's clock had it.
std::chrono::milliseconds blocked_for(const pooled_goroutine& g) noexcept;

void add_name(text_sink& to, const pooled_goroutine& g) noexcept;
// The blank line and the first line.
void add_heading(text_sink& to, const pooled_goroutine& g) noexcept;
// All lines.
void add_goroutine(text_sink& to, const pooled_goroutine& g) noexcept;

// A worker's clock: milliseconds, which may wrap.
std::uint32_t coarse_clock_ms() noexcept;

}  // namespace heddle::performance
