// The text is "h1." and, in base64url: flags, the program's hash, steps, step bound, fingerprint,
// the number of choices, each choice as index and check, and a CRC-32 of all that. Numbers are
// varints of seven bits, least significant first; hashes are four bytes.
#include "schedule.hpp"

#include <array>
#include <span>

namespace heddle::explore {

namespace {

constexpr std::string_view prefix = "h1.";
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t flag_idle = 1;
constexpr std::uint8_t flag_partial = 2;
constexpr std::size_t checksum_bytes = 4;

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320U : 0);
  }
  return ~crc;
}

class writer {
 public:
  void byte(std::uint8_t b) { bytes_.push_back(b); }
  void word(std::uint32_t w) {
    for (int shift = 0; shift < 32; shift += 8) byte(static_cast<std::uint8_t>(w >> shift));
  }
  void number(std::uint64_t n) {
    for (; n >= 0x80; n >>= 7) byte(static_cast<std::uint8_t>(n | 0x80));
    byte(static_cast<std::uint8_t>(n));
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

class reader {
 public:
  explicit reader(std::span<const std::uint8_t> bytes) : left_(bytes) {}
  std::uint8_t byte() {
    if (left_.empty()) throw bad_schedule("the schedule is damaged: it ends too early");
    const std::uint8_t b = left_.front();
    left_ = left_.subspan(1);
    return b;
  }
  std::uint32_t word() {
    std::uint32_t w = 0;
    for (int shift = 0; shift < 32; shift += 8) w |= static_cast<std::uint32_t>(byte()) << shift;
    return w;
  }
  std::uint64_t number() {
    std::uint64_t n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t b = byte();
      n |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if ((b & 0x80) == 0) return n;
    }
    throw bad_schedule("the schedule is damaged: it holds a number that is too large");
  }
  std::size_t left() const { return left_.size(); }

 private:
  std::span<const std::uint8_t> left_;
};

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t pool = 0;
  int bits = 0;
  for (std::uint8_t byte : bytes) {
    pool = pool << 8 | byte;
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet[pool >> (bits - 6) & 0x3f];
  }
  if (bits > 0) text += alphabet[pool << (6 - bits) & 0x3f];
  return text;
}

std::vector<std::uint8_t> from_base64(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pool = 0;
  int bits = 0;
  for (char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos)
      throw bad_schedule("the schedule is damaged: it holds a character that schedules do not use");
    pool = pool << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(pool >> bits));
  }
  // The same decisions have one text only: bits that say nothing are zero.
  if (bits >= 6 || (pool & ((1U << bits) - 1)) != 0)
    throw bad_schedule("the schedule is damaged: it ends too early");
  return bytes;
}

}  // namespace

std::uint32_t program_hash(std::string_view model_name) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (char c : model_name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return hash;
}

std::string to_text(const schedule& s) {
  writer out;
  out.byte(
      static_cast<std::uint8_t>((s.idle_time ? flag_idle : 0) | (s.partial ? flag_partial : 0)));
  out.word(s.program);
  out.number(s.steps);
  out.number(s.step_bound);
  out.word(s.fingerprint);
  out.number(s.choices.size());
  for (const choice& c : s.choices) {
    out.number(c.index);
    out.byte(c.check);
  }
  out.word(crc32(out.bytes()));
  return std::string(prefix) + to_base64(out.bytes());
}

schedule parse_schedule(std::string_view text) {
  if (!text.starts_with(prefix))
    throw bad_schedule("this is not a schedule: a schedule begins with \"h1.\"");
  const std::vector<std::uint8_t> bytes = from_base64(text.substr(prefix.size()));
  if (bytes.size() < checksum_bytes)
    throw bad_schedule("the schedule is damaged: it ends too early");
  const std::span<const std::uint8_t> all(bytes);
  const std::span<const std::uint8_t> body = all.first(all.size() - checksum_bytes);
  if (reader(all.last(checksum_bytes)).word() != crc32(body))
    throw bad_schedule("the schedule is damaged: its checksum does not match");
  reader in(body);
  schedule s;
  const std::uint8_t flags = in.byte();
  if ((flags & ~(flag_idle | flag_partial)) != 0)
    throw bad_schedule("the schedule was written by a later version of Heddle");
  s.idle_time = (flags & flag_idle) != 0;
  s.partial = (flags & flag_partial) != 0;
  s.program = in.word();
  s.steps = in.number();
  s.step_bound = in.number();
  s.fingerprint = in.word();
  const std::uint64_t count = in.number();
  if (count > in.left()) throw bad_schedule("the schedule is damaged: it ends too early");
  s.choices.resize(count);
  for (choice& c : s.choices) {
    c.index = static_cast<std::uint32_t>(in.number());
    c.check = in.byte();
  }
  if (in.left() != 0) throw bad_schedule("the schedule is damaged: something follows its end");
  return s;
}

}  // namespace heddle::explore
