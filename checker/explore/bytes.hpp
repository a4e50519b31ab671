// Values as bytes, for files and pipes: numbers as varints of seven bits, least significant first.
#pragma once

#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace heddle::explore {

struct bad_bytes : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class byte_writer {
 public:
  void number(std::uint64_t n) {
    for (; n >= 0x80; n >>= 7) bytes_.push_back(static_cast<char>(n | 0x80));
    bytes_.push_back(static_cast<char>(n));
  }
  void byte(std::uint8_t b) { bytes_.push_back(static_cast<char>(b)); }
  // Four bytes, for hashes.
  void word(std::uint32_t w) {
    for (int shift = 0; shift < 32; shift += 8) byte(static_cast<std::uint8_t>(w >> shift));
  }
  void real(double x) { number(std::bit_cast<std::uint64_t>(x)); }
  void flag(bool b) { bytes_.push_back(b ? '\1' : '\0'); }
  void text(std::string_view s) {
    number(s.size());
    bytes_.append(s);
  }
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Throws bad_bytes where the bytes end too early.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) : left_(bytes) {}
  std::uint64_t number() {
    std::uint64_t n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto b = static_cast<unsigned char>(one());
      n |= std::uint64_t{b & 0x7fU} << shift;
      if (b < 0x80) return n;
    }
    throw bad_bytes("it holds a number that is too large");
  }
  std::uint32_t small_number() {
    const std::uint64_t n = number();
    if (n > 0xffffffffU) throw bad_bytes("it holds a number that is too large");
    return static_cast<std::uint32_t>(n);
  }
  // How many of something follow, each of at least one byte.
  std::size_t count() {
    const std::uint64_t n = number();
    if (n > left_.size()) throw bad_bytes("it ends too early");
    return static_cast<std::size_t>(n);
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(one()); }
  std::uint32_t word() {
    std::uint32_t w = 0;
    for (int shift = 0; shift < 32; shift += 8) w |= std::uint32_t{byte()} << shift;
    return w;
  }
  double real() { return std::bit_cast<double>(number()); }
  bool flag() { return one() != '\0'; }
  std::string text() {
    const std::size_t n = count();
    std::string s(left_.substr(0, n));
    left_.remove_prefix(n);
    return s;
  }
  bool at_end() const { return left_.empty(); }

 private:
  char one() {
    if (left_.empty()) throw bad_bytes("it ends too early");
    const char c = left_.front();
    left_.remove_prefix(1);
    return c;
  }
  std::string_view left_;
};

}  // namespace heddle::explore
