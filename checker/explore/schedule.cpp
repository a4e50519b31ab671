// The text is "h1." and, in base64url: flags, the program's hash, steps, step bound, fingerprint,
// the number of choices, each choice as index and check, and a CRC-32 of all that. Numbers are
// varints of seven bits, least significant first; hashes are four bytes.
#include "schedule.hpp"

#include "bytes.hpp"

namespace heddle::explore {

namespace {

constexpr std::string_view prefix = "h1.";
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t flag_idle = 1;
constexpr std::uint8_t flag_partial = 2;
constexpr std::size_t checksum_bytes = 4;

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320U : 0);
  }
  return ~crc;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t pool = 0;
  int bits = 0;
  for (char byte : bytes) {
    pool = pool << 8 | static_cast<std::uint8_t>(byte);
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet[pool >> (bits - 6) & 0x3f];
  }
  if (bits > 0) text += alphabet[pool << (6 - bits) & 0x3f];
  return text;
}

std::string from_base64(std::string_view text) {
  std::string bytes;
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
    bytes.push_back(static_cast<char>(pool >> bits));
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
  byte_writer out;
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

namespace {

schedule schedule_from(std::string_view body) {
  byte_reader in(body);
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
  s.choices.resize(in.count());
  for (choice& c : s.choices) {
    c.index = static_cast<std::uint32_t>(in.number());
    c.check = in.byte();
  }
  if (!in.at_end()) throw bad_bytes("something follows its end");
  return s;
}

}  // namespace

schedule schedule_of(const trace& t, std::size_t step_bound) {
  schedule s;
  s.steps = t.events.size();
  s.step_bound = t.events.size() > step_bound ? step_bound : 0;
  s.fingerprint = static_cast<std::uint32_t>(t.fingerprint);
  // Past the bound a fair scheduler decided.
  for (std::size_t step = 0; step < t.events.size() && step < step_bound; ++step)
    if (const decided& d = t.events[step].how; d.alternatives > 1)
      s.choices.push_back({d.index, choice_check(d.fingerprint)});
  return s;
}

schedule parse_schedule(std::string_view text) {
  if (!text.starts_with(prefix))
    throw bad_schedule("this is not a schedule: a schedule begins with \"h1.\"");
  const std::string bytes = from_base64(text.substr(prefix.size()));
  if (bytes.size() < checksum_bytes)
    throw bad_schedule("the schedule is damaged: it ends too early");
  const std::string_view body = std::string_view(bytes).substr(0, bytes.size() - checksum_bytes);
  try {
    if (byte_reader(std::string_view(bytes).substr(body.size())).word() != crc32(body))
      throw bad_bytes("its checksum does not match");
    return schedule_from(body);
  } catch (const bad_bytes& e) {
    throw bad_schedule(std::string("the schedule is damaged: ") + e.what());
  }
}

}  // namespace heddle::explore
